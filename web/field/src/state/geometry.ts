// GeoJSON as pages need it. The core sends text; what cannot be read is no place.

import type { Place, TrackPart } from '../core/field-core.ts';

interface Geometry {
  type?: string;
  coordinates?: unknown;
}

/** A place to name an incident by: the point itself, else the middle of what is drawn. */
export function pointOf(geojson: string | null): Place | null {
  const places = placesOf(geojson);
  if (places.length === 0) return null;
  const lats = places.map((one) => one.lat);
  const lons = places.map((one) => one.lon);
  return { lat: middle(lats), lon: middle(lons) };
}

/** Every position of a geometry, in order. */
export function placesOf(geojson: string | null): Place[] {
  if (geojson === null) return [];
  try {
    return flat((JSON.parse(geojson) as Geometry).coordinates);
  } catch {
    return [];
  }
}

/** A track as the geometry of its parts: what lies between two parts was not recorded. */
export function trackGeojson(parts: readonly TrackPart[]): string | null {
  const lines = parts
    .map((part) => part.lat_e7.map((lat, at) => [(part.lon_e7[at] ?? 0) / 1e7, lat / 1e7]))
    .filter((line) => line.length > 1);
  return lines.length === 0 ? null : JSON.stringify({ type: 'MultiLineString', coordinates: lines });
}

function flat(value: unknown): Place[] {
  if (!Array.isArray(value)) return [];
  const [lon, lat] = value as unknown[];
  if (typeof lon === 'number' && typeof lat === 'number') return [{ lat, lon }];
  return value.flatMap(flat);
}

function middle(values: readonly number[]): number {
  return (Math.min(...values) + Math.max(...values)) / 2;
}
