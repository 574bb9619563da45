// Zones: hatched areas with an outline and a name. A league has thousands of pastures, most of them small: each zone
// is drawn from the zoom at which it is large enough to be seen as an area (`from_zoom`, set in geojson.ts).

import { MAP_SIZES } from '../map-sizes.ts';
import { TEXT_FONT } from './base-style.ts';
import { match } from './expressions.ts';
import { type Palette, ZONE_KINDS, zoneToken } from './palette.ts';

const LARGE_ENOUGH = ['>=', ['zoom'], ['get', 'from_zoom']];

function zoneColour(palette: Palette): unknown[] {
  return match('kind', ZONE_KINDS, (kind) => palette(zoneToken(kind)), palette('zone-pasture'));
}

export function zoneLayers(palette: Palette): unknown[] {
  const hatch = match('kind', ZONE_KINDS, (kind) => `hatch:${kind}`, 'hatch:pasture');
  const none = ['==', ['get', 'id'], ''];
  return [
    {
      id: 'zone-hatch',
      type: 'fill',
      source: 'zones',
      filter: LARGE_ENOUGH,
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
      filter: LARGE_ENOUGH,
      paint: { 'line-color': zoneColour(palette), 'line-width': MAP_SIZES.zoneLine },
    },
  ];
}

export function zoneNameLayer(palette: Palette): unknown {
  return {
    id: 'zone-name',
    type: 'symbol',
    source: 'zones',
    filter: ['>', ['zoom'], ['get', 'from_zoom']],
    minzoom: 8,
    layout: {
      'text-field': ['get', 'label'],
      'text-font': TEXT_FONT,
      'text-size': MAP_SIZES.label,
      'text-max-width': 8,
    },
    paint: {
      'text-color': palette('map-text'),
      'text-halo-color': palette('map-halo'),
      'text-halo-width': MAP_SIZES.labelHalo,
    },
  };
}
