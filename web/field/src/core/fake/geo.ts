// Plane geometry for the fake core: good enough near one station, and nothing that a record depends on.

import type { Estimate, Measured, OffsetIn, Place, ShapeIn } from '../field-core.ts';

const M_PER_DEG = 111_320;
/** Error of a corner whose accuracy nobody measured, metres. */
const CORNER_M = 5;

/** Metres east and north of a place. */
export function metres(from: Place, to: Place): [number, number] {
  const scale = Math.cos((from.lat * Math.PI) / 180);
  return [(to.lon - from.lon) * M_PER_DEG * scale, (to.lat - from.lat) * M_PER_DEG];
}

export function distanceM(a: Place, b: Place): number {
  return Math.hypot(...metres(a, b));
}

export function offsetPlace({ from, bearing_deg, distance_m }: OffsetIn): Place {
  const angle = (bearing_deg * Math.PI) / 180;
  const scale = Math.cos((from.lat * Math.PI) / 180);
  return {
    lat: from.lat + (Math.cos(angle) * distance_m) / M_PER_DEG,
    lon: from.lon + (Math.sin(angle) * distance_m) / (M_PER_DEG * scale),
  };
}

export function lengthM(line: readonly Place[]): number {
  let sum = 0;
  for (let at = 1; at < line.length; at += 1) sum += distanceM(line[at - 1] as Place, line[at] as Place);
  return sum;
}

export function measure(shape: ShapeIn): Measured {
  const { corners } = shape;
  if (shape.kind === 'point') return { area_m2: null, length_m: null };
  const closed = shape.kind === 'polygon' && corners[0] ? [...corners, corners[0]] : corners;
  const length = lengthM(closed);
  const corner = shape.acc_m?.length ? Math.max(...shape.acc_m) : CORNER_M;
  const length_m = { value: length, error_95: corner * Math.sqrt(corners.length) };
  if (shape.kind === 'line') return { area_m2: null, length_m };
  return { area_m2: area(corners, length * corner * 0.35), length_m };
}

function area(corners: readonly Place[], error_95: number): Estimate {
  const origin = corners[0] as Place;
  const flat = corners.map((corner) => metres(origin, corner));
  let twice = 0;
  flat.forEach(([x, y], at) => {
    const [nextX, nextY] = flat[(at + 1) % flat.length] as [number, number];
    twice += x * nextY - nextX * y;
  });
  return { value: Math.abs(twice) / 2, error_95 };
}

export function geojsonOf(shape: ShapeIn): string {
  const all = shape.corners.map(({ lon, lat }) => [lon, lat]);
  if (shape.kind === 'point') return JSON.stringify({ type: 'Point', coordinates: all[0] });
  if (shape.kind === 'line') return JSON.stringify({ type: 'LineString', coordinates: all });
  return JSON.stringify({ type: 'Polygon', coordinates: [[...all, all[0]]] });
}

/** The outer ring of a polygon in GeoJSON text. */
export function ringOf(geojson: string): Place[] {
  const { coordinates } = JSON.parse(geojson) as { coordinates: [number, number][][] };
  return (coordinates[0] ?? []).map(([lon, lat]) => ({ lon, lat }));
}

/** Whether a place is inside a ring, and how far its edge is. */
export function toRing(place: Place, ring: readonly Place[]): { inside: boolean; distance_m: number } {
  const flat = ring.map((corner) => metres(place, corner));
  let inside = false;
  let nearest = Number.POSITIVE_INFINITY;
  for (let at = 1; at < flat.length; at += 1) {
    const [ax, ay] = flat[at - 1] as [number, number];
    const [bx, by] = flat[at] as [number, number];
    if (ay > 0 !== by > 0 && (-ay * (bx - ax)) / (by - ay) + ax > 0) inside = !inside;
    const [dx, dy] = [bx - ax, by - ay];
    const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
    nearest = Math.min(nearest, Math.hypot(ax + along * dx, ay + along * dy));
  }
  return { inside, distance_m: nearest };
}
