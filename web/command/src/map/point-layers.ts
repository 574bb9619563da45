// Points: incidents, last positions, calls for help. Seen from afar, those that would cover each other become one sign
// with their number, in the shape of the worst of them.

import { TEXT_FONT } from '@tala/shared/map/base-style';
import type { Palette } from '@tala/shared/map/palette';
import { MAP_SIZES } from '@tala/shared/map-sizes';
import type { GeoJSONSourceSpecification } from 'maplibre-gl';
import { OVERDUE_ORDER } from './geojson.ts';

/** How a source gathers its points; `worst` is the highest `order` (geojson.ts) in the group. */
export const GROUPED: Record<string, Partial<GeoJSONSourceSpecification>> = {
  incidents: grouped({ radiusPx: 30, untilZoom: 11 }),
  positions: grouped({ radiusPx: 22, untilZoom: 8 }),
};

const SINGLE = ['!', ['has', 'point_count']];

function grouped({ radiusPx, untilZoom }: { radiusPx: number; untilZoom: number }) {
  return {
    cluster: true,
    clusterRadius: radiusPx,
    clusterMaxZoom: untilZoom,
    clusterProperties: { worst: ['max', ['get', 'order']] },
  } satisfies Partial<GeoJSONSourceSpecification>;
}

export function pointLayers(palette: Palette): unknown[] {
  return [
    haloLayer('incident-halo', 'incidents', 20, palette),
    {
      id: 'incident',
      type: 'symbol',
      source: 'incidents',
      filter: SINGLE,
      layout: {
        'icon-image': ['get', 'image'],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['get', 'order'],
      },
    },
    groupLayer('incident-group', 'incidents', palette),
    haloLayer('position-halo', 'positions', 18, palette),
    {
      id: 'position',
      type: 'symbol',
      source: 'positions',
      filter: SINGLE,
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
    groupLayer('position-group', 'positions', palette),
    {
      id: 'alert',
      type: 'symbol',
      source: 'alerts',
      layout: { 'icon-image': 'alert', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
  ];
}

function haloLayer(id: string, source: string, radius: number, palette: Palette): unknown {
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

/** Signs of groups are named by what the worst in them is; see sign-names.ts. */
function groupLayer(id: string, source: 'incidents' | 'positions', palette: Palette): unknown {
  const worst = ['get', 'worst'];
  const severity = ['step', worst, 'low', 1, 'medium', 2, 'high', 3, 'emergency'];
  const lateness = ['step', worst, 'plain', OVERDUE_ORDER, 'overdue'];
  const onFill =
    source === 'incidents'
      ? ['step', worst, palette('sign-ink'), 2, palette('sign-on')]
      : palette('sign-ink');
  return {
    id,
    type: 'symbol',
    source,
    filter: ['has', 'point_count'],
    layout: {
      'icon-image': ['concat', 'group:', source === 'incidents' ? severity : lateness],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'text-field': ['get', 'point_count_abbreviated'],
      'text-font': TEXT_FONT,
      'text-size': MAP_SIZES.label,
      'text-allow-overlap': true,
      'text-ignore-placement': true,
      'symbol-sort-key': worst,
    },
    paint: { 'text-color': onFill },
  };
}
