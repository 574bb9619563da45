// The base map's style, from tokens: land, water, contours, roads, settlements, of the layers docs/api.md names.
// No `glyphs`: MapLibre then draws all text with the page's own fonts, which the air-gapped desk has.

import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';
import { MAP_SIZES } from '../map-sizes.ts';
import type { Palette } from './palette.ts';

export const BASEMAP = 'basemap';
export const TEXT_FONT = ['Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, PingFang SC, sans-serif'];

/** Languages a name can be printed in on the map. */
export type NameKey = 'zh' | 'en' | 'mn';

export interface BaseOptions {
  palette: Palette;
  /** Address of the PMTiles archive, or null when the operator installed none. */
  basemapUrl: string | null;
  /** Which name of a settlement to print. */
  nameField: `name_${NameKey}`;
}

export function baseStyle(options: BaseOptions): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {};
  const layers: LayerSpecification[] = [
    { id: 'background', type: 'background', paint: { 'background-color': options.palette('map-neutral') } },
  ];
  if (options.basemapUrl !== null) {
    sources[BASEMAP] = { type: 'vector', url: `pmtiles://${options.basemapUrl}` };
    layers.push(...basemapLayers(options));
  }
  return { version: 8, sources, layers };
}

function basemapLayers({ palette }: BaseOptions): LayerSpecification[] {
  return [...groundLayers(palette), ...lineLayers(palette)];
}

/** Names of the base map: drawn above tracks, so that a ridden road keeps its place names. */
export function baseNames({ palette, nameField, basemapUrl }: BaseOptions): LayerSpecification[] {
  return basemapUrl === null ? [] : textLayers(palette, nameField);
}

function layer(spec: { id: string } & Record<string, unknown>): LayerSpecification {
  return { source: BASEMAP, ...spec } as unknown as LayerSpecification;
}

function groundLayers(palette: Palette): LayerSpecification[] {
  const kinds = ['grass', 'meadow', 'sand', 'farm', 'wood'];
  const fill = ['match', ['get', 'kind'], ...kinds.flatMap((kind) => [kind, palette(`map-${kind}`)])];
  return [
    layer({
      id: 'base-land',
      type: 'fill',
      'source-layer': 'land',
      paint: { 'fill-color': [...fill, palette('map-land')], 'fill-antialias': false },
    }),
    layer({
      id: 'base-water',
      type: 'fill',
      'source-layer': 'water',
      paint: { 'fill-color': palette('map-water'), 'fill-outline-color': palette('map-stream') },
    }),
    layer({
      id: 'base-grid',
      type: 'line',
      'source-layer': 'grid',
      paint: { 'line-color': palette('map-grid'), 'line-width': 0.6 },
    }),
  ];
}

function lineLayers(palette: Palette): LayerSpecification[] {
  const major = ['in', ['get', 'kind'], ['literal', ['major', 'highway', 'national', 'provincial']]];
  const width = (thin: number, wide: number) => [
    'interpolate',
    ['exponential', 1.4],
    ['zoom'],
    8,
    thin,
    15,
    wide,
  ];
  return [
    layer({
      id: 'base-contour',
      type: 'line',
      'source-layer': 'contour',
      minzoom: 9,
      filter: ['!', truthy('index')],
      paint: { 'line-color': palette('map-contour'), 'line-width': 0.7 },
    }),
    layer({
      id: 'base-contour-index',
      type: 'line',
      'source-layer': 'contour',
      filter: truthy('index'),
      paint: { 'line-color': palette('map-contour-index'), 'line-width': 1 },
    }),
    layer({
      id: 'base-stream',
      type: 'line',
      'source-layer': 'stream',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette('map-stream'), 'line-width': width(0.8, 3) },
    }),
    layer({
      id: 'base-road-track',
      type: 'line',
      'source-layer': 'road',
      minzoom: 9,
      filter: ['!', major],
      paint: {
        'line-color': palette('map-track-road'),
        'line-width': width(0.7, 2.4),
        'line-dasharray': [4, 2],
      },
    }),
    layer({
      id: 'base-road-case',
      type: 'line',
      'source-layer': 'road',
      filter: major,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette('map-road-case'), 'line-width': width(2.4, 9) },
    }),
    layer({
      id: 'base-road',
      type: 'line',
      'source-layer': 'road',
      filter: major,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette('map-road'), 'line-width': width(1.2, 6) },
    }),
  ];
}

/** Flags arrive as booleans or as 0 and 1, as the tile maker had it. */
function truthy(property: string): unknown[] {
  return ['in', ['to-string', ['get', property]], ['literal', ['true', '1']]];
}

function textLayers(palette: Palette, nameField: string): LayerSpecification[] {
  const halo = { 'text-halo-color': palette('map-halo'), 'text-halo-width': MAP_SIZES.labelHalo };
  return [
    layer({
      id: 'base-contour-text',
      type: 'symbol',
      'source-layer': 'contour',
      minzoom: 12,
      filter: truthy('index'),
      layout: {
        'symbol-placement': 'line',
        'text-field': ['to-string', ['get', 'ele_m']],
        'text-font': TEXT_FONT,
        'text-size': MAP_SIZES.label,
      },
      paint: { 'text-color': palette('map-contour-text'), ...halo },
    }),
    layer({
      id: 'base-settlement-dot',
      type: 'circle',
      'source-layer': 'settlement',
      paint: {
        'circle-radius': 3,
        'circle-color': palette('map-halo'),
        'circle-stroke-color': palette('map-settlement'),
        'circle-stroke-width': 1.5,
      },
    }),
    layer({
      id: 'base-settlement',
      type: 'symbol',
      'source-layer': 'settlement',
      layout: {
        'text-field': placeName(nameField),
        'text-font': TEXT_FONT,
        'text-size': [
          'case',
          ['<=', ['to-number', ['get', 'rank'], 9], 1],
          MAP_SIZES.labelLarge,
          MAP_SIZES.label,
        ],
        'text-anchor': 'left',
        'text-offset': [0.6, 0],
        'symbol-sort-key': ['to-number', ['get', 'rank'], 9],
      },
      paint: { 'text-color': palette('map-text'), ...halo },
    }),
  ];
}

/** The name, unless it is in the traditional Mongolian script: a page sets that one as an element of its own. */
function placeName(nameField: string): unknown[] {
  const name = ['coalesce', ['get', nameField], ['get', 'name_zh'], ['get', 'name_en'], ''];
  const traditional = ['all', ['>=', name, '\u1800'], ['<', name, '\u18b0']];
  return ['case', traditional, '', name];
}
