// Layers of our own records, above the base map, and their order. Lines are here; points and zones have their files.

import { match } from '@tala/shared/map/expressions';
import { type Palette, TRANSPORTS, transportToken } from '@tala/shared/map/palette';
import { zoneLayers, zoneNameLayer } from '@tala/shared/map/zone-layers';
import { MAP_SIZES } from '@tala/shared/map-sizes';
import type { LayerSpecification } from 'maplibre-gl';
import { pointLayers } from './point-layers.ts';

export const SOURCES = [
  'zones',
  'tracks',
  'gaps',
  'shape',
  'incidents',
  'positions',
  'observer',
  'alerts',
] as const;
export type SourceName = (typeof SOURCES)[number];

/** What the reader can switch off, and the layers it stands for. */
export const LAYER_GROUPS = {
  tracks: ['track-halo', 'track-case', 'track', 'track-tick', 'gap-case', 'gap'],
  positions: ['position-halo', 'position', 'position-group'],
  incidents: ['incident-halo', 'incident', 'incident-group'],
  zones: ['zone-hatch', 'zone-line', 'zone-halo', 'zone-name'],
  relief: ['base-contour', 'base-contour-index', 'base-contour-text'],
} as const;
export type LayerGroup = keyof typeof LAYER_GROUPS;

/** Layers that answer a click, topmost first. */
export const CLICKABLE = [
  'alert',
  'position',
  'position-group',
  'incident',
  'incident-group',
  'track',
  'zone-hatch',
] as const;

/** Areas and lines: between the ground and the names of the base map. */
export function lineLayers(palette: Palette): LayerSpecification[] {
  const layers = [...zoneLayers(palette), ...shapeLayers(palette), ...trackLayers(palette)];
  return layers as unknown as LayerSpecification[];
}

/** Names of zones and all signs: above everything. */
export function signLayers(palette: Palette): LayerSpecification[] {
  return [zoneNameLayer(palette), ...pointLayers(palette)] as unknown as LayerSpecification[];
}

/** Geometry of the incident that is open: its outline, and the line of sight when it was seen from afar. */
function shapeLayers(palette: Palette): unknown[] {
  return [
    {
      id: 'shape-fill',
      type: 'fill',
      source: 'shape',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': palette('sign-selected'), 'fill-opacity': 0.18 },
    },
    {
      id: 'shape-case',
      type: 'line',
      source: 'shape',
      paint: { 'line-color': palette('sign-case'), 'line-width': 5 },
    },
    {
      id: 'shape-line',
      type: 'line',
      source: 'shape',
      paint: { 'line-color': palette('sign-selected'), 'line-width': 2.5 },
    },
    {
      id: 'observer-line',
      type: 'line',
      source: 'observer',
      paint: { 'line-color': palette('sign-ink'), 'line-width': 1.5, 'line-dasharray': [2, 2] },
    },
    {
      id: 'observer-point',
      type: 'circle',
      source: 'observer',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 4,
        'circle-color': palette('sign-ink'),
        'circle-stroke-color': palette('sign-case'),
        'circle-stroke-width': 2,
      },
    },
  ];
}

function trackLayers(palette: Palette): unknown[] {
  const colour = match(
    'transport',
    TRANSPORTS,
    (one) => palette(transportToken(one)),
    palette('transport-newer'),
  );
  const rounded = { 'line-cap': 'round', 'line-join': 'round' };
  const width = ({ z8, z14 }: { z8: number; z14: number }) => [
    'interpolate',
    ['linear'],
    ['zoom'],
    8,
    z8,
    14,
    z14,
  ];
  return [
    {
      id: 'track-halo',
      type: 'line',
      source: 'tracks',
      filter: ['==', ['get', 'patrol'], ''],
      layout: rounded,
      paint: {
        'line-color': palette('sign-halo'),
        'line-width': width(MAP_SIZES.trackHalo),
        'line-opacity': 0.8,
      },
    },
    {
      id: 'gap-case',
      type: 'line',
      source: 'gaps',
      paint: {
        'line-color': palette('sign-case'),
        'line-width': MAP_SIZES.gapWidth + 2,
        'line-opacity': 0.7,
      },
    },
    {
      id: 'gap',
      type: 'line',
      source: 'gaps',
      paint: {
        'line-color': palette('sign-low'),
        'line-width': MAP_SIZES.gapWidth,
        'line-dasharray': [...MAP_SIZES.gapDash],
      },
    },
    {
      id: 'track-case',
      type: 'line',
      source: 'tracks',
      layout: rounded,
      paint: { 'line-color': palette('sign-case'), 'line-width': width(MAP_SIZES.trackCase) },
    },
    {
      id: 'track',
      type: 'line',
      source: 'tracks',
      layout: rounded,
      paint: { 'line-color': colour, 'line-width': width(MAP_SIZES.trackWidth) },
    },
    {
      id: 'track-tick',
      type: 'symbol',
      source: 'tracks',
      minzoom: 13,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 90,
        'icon-image': match('transport', TRANSPORTS, (one) => `tick:${one}`, 'tick:newer'),
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
  ];
}
