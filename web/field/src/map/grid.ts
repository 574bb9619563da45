// A grid over paper: where no base map is kept, distances and directions can still be read.

import type { Feature, MultiLineString, Position } from 'geojson';

const STEPS_DEG = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];
/** About so many lines across the view. */
const LINES = 6;

export interface View {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Meridians and parallels at round degrees, somewhat beyond the view. */
export function gridLines(view: View): Feature<MultiLineString> {
  const step = STEPS_DEG.find((one) => (view.east - view.west) / one <= LINES) ?? 20;
  const [west, east] = [Math.floor(view.west / step) - 2, Math.ceil(view.east / step) + 2];
  const [south, north] = [Math.floor(view.south / step) - 2, Math.ceil(view.north / step) + 2];
  const lines: Position[][] = [];
  for (let x = west; x <= east; x += 1) lines.push([at(x, south, step), at(x, north, step)]);
  for (let y = south; y <= north; y += 1) lines.push([at(west, y, step), at(east, y, step)]);
  return {
    type: 'Feature',
    geometry: { type: 'MultiLineString', coordinates: lines },
    properties: { step },
  };
}

function at(x: number, y: number, step: number): Position {
  return [round(x * step), Math.max(-85, Math.min(85, round(y * step)))];
}

/** Steps of a thousandth degree have no other digits. */
function round(degrees: number): number {
  return Math.round(degrees * 1e4) / 1e4;
}
