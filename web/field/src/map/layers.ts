// Layers of the officer's map above the base map, and their order. Wider than the desk's: they are read in the saddle.

import { TEXT_FONT } from '@tala/shared/map/base-style';
import { type Palette, transportToken } from '@tala/shared/map/palette';
import { zoneLayers, zoneNameLayer } from '@tala/shared/map/zone-layers';
import { MAP_SIZES } from '@tala/shared/map-sizes';
import type { LayerSpecification } from 'maplibre-gl';

export const SOURCES = ['grid', 'zones', 'plans', 'track', 'shape', 'incidents', 'team', 'own'] as const;
export type SourceName = (typeof SOURCES)[number];

const LINE = { 'line-cap': 'round', 'line-join': 'round' };
const POINT = ['match', ['geometry-type'], ['Point', 'MultiPoint'], true, false];
const AREA = ['==', ['geometry-type'], 'Polygon'];
const WIDTH = ['interpolate', ['linear'], ['zoom'], 8, 3, 14, 5];
const CASE = ['interpolate', ['linear'], ['zoom'], 8, 5, 14, 9];

export function groundLayers(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'grid',
      type: 'line',
      source: 'grid',
      paint: { 'line-color': palette('map-grid'), 'line-width': 1 },
    },
    ...zoneLayers(palette),
    ...planLayers(palette),
  ] as LayerSpecification[];
}

export function signLayers(palette: Palette, transport: string): LayerSpecification[] {
  return [
    ...trackLayers(palette, transport),
    ...shapeLayers(palette),
    zoneNameLayer(palette),
    ...pointLayers(palette),
    ...ownLayers(palette, transport),
  ] as LayerSpecification[];
}

function planLayers(palette: Palette): unknown[] {
  const line = { 'line-color': palette('sign-selected'), 'line-width': 2.5 };
  return [
    {
      id: 'plan-area',
      type: 'fill',
      source: 'plans',
      filter: AREA,
      paint: { 'fill-color': palette('sign-selected'), 'fill-opacity': 0.1 },
    },
    { id: 'plan-line', type: 'line', source: 'plans', layout: LINE, paint: line },
    {
      id: 'plan-task',
      type: 'circle',
      source: 'plans',
      filter: POINT,
      paint: {
        'circle-radius': 8,
        'circle-color': palette('sign-paper'),
        'circle-stroke-color': palette('sign-selected'),
        'circle-stroke-width': 3,
      },
    },
  ];
}

function trackLayers(palette: Palette, transport: string): unknown[] {
  const recorded = ['==', ['get', 'kind'], 'track'];
  const dash = { 'line-dasharray': [...MAP_SIZES.gapDash] };
  return [
    {
      id: 'track-case',
      type: 'line',
      source: 'track',
      layout: LINE,
      paint: { 'line-color': palette('sign-case'), 'line-width': CASE },
    },
    {
      id: 'track',
      type: 'line',
      source: 'track',
      filter: recorded,
      layout: LINE,
      paint: { 'line-color': palette(transportToken(transport)), 'line-width': WIDTH },
    },
    {
      id: 'gap',
      type: 'line',
      source: 'track',
      filter: ['!', recorded],
      paint: { 'line-color': palette('sign-ink'), 'line-width': MAP_SIZES.gapWidth, ...dash },
    },
  ];
}

function shapeLayers(palette: Palette): unknown[] {
  const colour = palette('sign-selected');
  return [
    {
      id: 'shape-area',
      type: 'fill',
      source: 'shape',
      filter: AREA,
      paint: { 'fill-color': colour, 'fill-opacity': 0.2 },
    },
    {
      id: 'shape-case',
      type: 'line',
      source: 'shape',
      layout: LINE,
      paint: { 'line-color': palette('sign-case'), 'line-width': 8 },
    },
    {
      id: 'shape-line',
      type: 'line',
      source: 'shape',
      layout: LINE,
      paint: { 'line-color': colour, 'line-width': 4 },
    },
    {
      id: 'shape-corner',
      type: 'circle',
      source: 'shape',
      filter: POINT,
      paint: {
        'circle-radius': 8,
        'circle-color': colour,
        'circle-stroke-color': palette('sign-case'),
        'circle-stroke-width': 3,
      },
    },
  ];
}

function pointLayers(palette: Palette): unknown[] {
  const above = { 'icon-allow-overlap': true, 'icon-ignore-placement': true };
  return [
    {
      id: 'incident',
      type: 'symbol',
      source: 'incidents',
      layout: { 'icon-image': ['get', 'image'], 'symbol-sort-key': ['get', 'order'], ...above },
    },
    {
      id: 'team',
      type: 'symbol',
      source: 'team',
      layout: {
        'icon-image': ['get', 'image'],
        ...above,
        'text-field': ['get', 'name'],
        'text-font': TEXT_FONT,
        'text-size': MAP_SIZES.labelLarge,
        'text-anchor': 'top',
        'text-offset': [0, 0.9],
        'text-optional': true,
      },
      paint: {
        'text-color': palette('map-text'),
        'text-halo-color': palette('map-halo'),
        'text-halo-width': MAP_SIZES.labelHalo,
      },
    },
  ];
}

/** Where I am: a disc no other sign looks like, with its accuracy. */
function ownLayers(palette: Palette, transport: string): unknown[] {
  return [
    {
      id: 'own-accuracy',
      type: 'circle',
      source: 'own',
      paint: {
        'circle-radius': ['interpolate', ['exponential', 2], ['zoom'], 0, 0, 22, ['get', 'acc_px']],
        'circle-color': palette('sign-selected'),
        'circle-opacity': 0.16,
        'circle-pitch-alignment': 'map',
      },
    },
    {
      id: 'own-ring',
      type: 'circle',
      source: 'own',
      paint: { 'circle-radius': 13, 'circle-color': palette('sign-ink') },
    },
    {
      id: 'own',
      type: 'circle',
      source: 'own',
      paint: {
        'circle-radius': 8,
        'circle-color': palette(transportToken(transport)),
        'circle-stroke-color': palette('sign-case'),
        'circle-stroke-width': 3,
      },
    },
  ];
}
