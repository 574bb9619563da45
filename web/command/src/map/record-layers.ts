// Layers of our own records, above the base map: zones, tracks, gaps, geometry, incidents, last positions.

import { MAP_SIZES } from '@tala/shared/map-sizes';
import type { LayerSpecification } from 'maplibre-gl';
import { TEXT_FONT } from './base-style.ts';
import { type Palette, TRANSPORTS, transportToken, ZONE_KINDS, zoneToken } from './palette.ts';

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
  positions: ['position-halo', 'position'],
  incidents: ['incident-halo', 'incident'],
  zones: ['zone-hatch', 'zone-line', 'zone-halo', 'zone-name'],
  relief: ['base-contour', 'base-contour-index', 'base-contour-text'],
} as const;
export type LayerGroup = keyof typeof LAYER_GROUPS;

/** Layers that answer a click, topmost first. */
export const CLICKABLE = ['position', 'incident', 'track', 'zone-hatch'] as const;

export function recordLayers(palette: Palette, nameKey: 'zh' | 'en'): LayerSpecification[] {
  return [
    ...zoneLayers(palette, nameKey),
    ...shapeLayers(palette),
    ...trackLayers(palette),
    ...signLayers(palette),
  ] as unknown as LayerSpecification[];
}

function zoneLayers(palette: Palette, nameKey: string): unknown[] {
  const colour = match('kind', ZONE_KINDS, (kind) => palette(zoneToken(kind)), palette('zone-pasture'));
  const hatch = match('kind', ZONE_KINDS, (kind) => `hatch:${kind}`, 'hatch:pasture');
  const none = ['==', ['get', 'id'], ''];
  return [
    {
      id: 'zone-hatch',
      type: 'fill',
      source: 'zones',
      paint: { 'fill-pattern': hatch, 'fill-opacity': 0.75 },
    },
    {
      id: 'zone-halo',
      type: 'line',
      source: 'zones',
      filter: none,
      paint: { 'line-color': palette('sign-halo'), 'line-width': 5 },
    },
    {
      id: 'zone-line',
      type: 'line',
      source: 'zones',
      paint: { 'line-color': colour, 'line-width': MAP_SIZES.zoneLine },
    },
    {
      id: 'zone-name',
      type: 'symbol',
      source: 'zones',
      minzoom: 9,
      layout: {
        'text-field': ['coalesce', ['get', `name_${nameKey}`], ['get', 'name_zh']],
        'text-font': TEXT_FONT,
        'text-size': MAP_SIZES.label,
        'text-max-width': 8,
      },
      paint: {
        'text-color': colour,
        'text-halo-color': palette('map-halo'),
        'text-halo-width': MAP_SIZES.labelHalo,
      },
    },
  ];
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

function signLayers(palette: Palette): unknown[] {
  return [
    haloLayer('incident-halo', 'incidents', 20, palette),
    {
      id: 'incident',
      type: 'symbol',
      source: 'incidents',
      layout: {
        'icon-image': ['get', 'image'],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['get', 'order'],
      },
    },
    haloLayer('position-halo', 'positions', 18, palette),
    {
      id: 'position',
      type: 'symbol',
      source: 'positions',
      layout: {
        'icon-image': ['get', 'image'],
        'icon-allow-overlap': true,
        'symbol-sort-key': ['get', 'order'],
        'text-field': ['step', ['zoom'], '', 9.5, ['get', 'name']],
        'text-font': TEXT_FONT,
        'text-size': MAP_SIZES.label,
        'text-anchor': 'top',
        'text-offset': [0, 1],
        'text-optional': true,
      },
      paint: {
        'text-color': palette('map-text'),
        'text-halo-color': palette('map-halo'),
        'text-halo-width': MAP_SIZES.labelHalo,
      },
    },
    {
      id: 'alert',
      type: 'symbol',
      source: 'alerts',
      layout: { 'icon-image': 'alert', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
  ];
}

function haloLayer(id: string, source: SourceName, radius: number, palette: Palette): unknown {
  return {
    id,
    type: 'circle',
    source,
    filter: ['==', ['get', 'id'], ''],
    paint: {
      'circle-radius': radius,
      'circle-color': palette('sign-halo'),
      'circle-opacity': 0.55,
      'circle-stroke-color': palette('sign-selected'),
      'circle-stroke-width': 2,
    },
  };
}

function match(
  property: string,
  known: readonly string[],
  value: (one: string) => string,
  otherwise: string,
): unknown[] {
  return ['match', ['get', property], ...known.flatMap((one) => [one, value(one)]), otherwise];
}
