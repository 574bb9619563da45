// From the core's answers to what the map draws. Pure. Ids begin with a letter: MapLibre takes digits for a number.

import { isTraditional, type Locale, pickName } from '@tala/shared/i18n/locales';
import { ageBucket } from '@tala/shared/map/age';
import { incidentImage, positionImage } from '@tala/shared/map/sign-names';
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';
import type { IncidentLine, Place, PlanLine, ShapeIn, TeamLine, ZoneLine } from '../core/field-core.ts';

export type Box = [number, number, number, number];

export const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

const SEVERITY_ORDER: readonly string[] = ['low', 'medium', 'high', 'emergency'];

/** A geometry in text; what cannot be read is not drawn. */
export function geometryOf(geojson: string | null): Geometry | null {
  if (geojson === null) return null;
  try {
    const read = JSON.parse(geojson) as Geometry;
    return typeof read?.type === 'string' && 'coordinates' in read ? read : null;
  } catch {
    return null;
  }
}

export function zoneFeatures(zones: readonly ZoneLine[], locale: Locale): FeatureCollection {
  return collection(
    zones.flatMap(({ id, kind, labels, geojson }) => {
      const geometry = geometryOf(geojson);
      if (geometry === null) return [];
      const name = pickName(labels, locale);
      const label = isTraditional(name) ? '' : name;
      return [feature(`z:${id}`, geometry, { id, kind, label, from_zoom: fromZoom(geometry) })];
    }),
  );
}

export function incidentFeatures(
  incidents: readonly IncidentLine[],
  iconOf: (category: string | null) => string,
): FeatureCollection {
  return collection(
    incidents.flatMap((one) => {
      if (one.place === null) return [];
      const severity = one.severity ?? 'low';
      const order = SEVERITY_ORDER.indexOf(severity);
      const image = incidentImage(iconOf(one.category), severity);
      return [feature(`i:${one.id}`, point(one.place), { id: one.id, image, order })];
    }),
  );
}

export function teamFeatures(team: readonly TeamLine[], nowMs: number): FeatureCollection {
  return collection(
    team.map((one, n) => {
      const image = positionImage(one.transport ?? 'newer', ageBucket(nowMs - one.at_ms), 'none');
      return feature(`m:${one.person ?? n}`, point(one), { image, name: one.name ?? '' });
    }),
  );
}

/** Routes, areas and open tasks of the plans. */
export function planFeatures(plans: readonly PlanLine[]): FeatureCollection {
  const features = plans.flatMap((plan) => {
    const places = [...plan.routes, ...plan.areas].map(({ geojson, name }) => ({
      geojson,
      name,
      task: false,
    }));
    const tasks = plan.tasks
      .filter((task) => task.done_ms === null)
      .map(({ geojson, text }) => ({ geojson, name: text, task: true }));
    return [...places, ...tasks].flatMap(({ geojson, name, task }, n) => {
      const geometry = geometryOf(geojson);
      return geometry === null ? [] : [feature(`p:${plan.id}:${n}`, geometry, { name: name ?? '', task })];
    });
  });
  return collection(features);
}

/** What is being drawn or shown alone: the shape with its corners as points. */
export function shapeFeatures(shape: ShapeIn | null, geojson: string | null): FeatureCollection {
  const features: Feature[] = [];
  const shown = geometryOf(geojson);
  if (shown !== null) features.push(feature('s:shown', shown, {}));
  if (shape !== null && shape.corners.length > 0) {
    const line: Position[] = shape.corners.map(({ lon, lat }) => [lon, lat]);
    const first = line[0] as Position;
    if (shape.kind === 'polygon' && line.length > 2) {
      features.push(feature('s:area', { type: 'Polygon', coordinates: [[...line, first]] }, {}));
    } else if (line.length > 1)
      features.push(feature('s:line', { type: 'LineString', coordinates: line }, {}));
    features.push(feature('s:corners', { type: 'MultiPoint', coordinates: line }, {}));
  }
  return collection(features);
}

/** Smallest box around geometries, or null where there is nothing. */
export function boxOf(geometries: readonly Geometry[]): Box | null {
  let box: Box | null = null;
  for (const [lon = 0, lat = 0] of geometries.flatMap(positionsOf)) {
    const [w, s, e, n]: Box = box ?? [lon, lat, lon, lat];
    box = [Math.min(w, lon), Math.min(s, lat), Math.max(e, lon), Math.max(n, lat)];
  }
  return box;
}

function positionsOf(geometry: Geometry): Position[] {
  if (geometry.type === 'GeometryCollection') return geometry.geometries.flatMap(positionsOf);
  return flat(geometry.coordinates);
}

function flat(value: unknown): Position[] {
  if (!Array.isArray(value)) return [];
  return typeof value[0] === 'number' ? [value as Position] : value.flatMap(flat);
}

const AREA_PX = 20;
const TILE_PX = 512;

/** The zoom from which a zone is seen as an area and not as a speck. */
function fromZoom(geometry: Geometry): number {
  const [west, south, east, north] = boxOf([geometry]) ?? [0, 0, 0, 0];
  const side = Math.max(east - west, north - south, 1e-6);
  return Math.min(14, Math.max(0, Math.ceil(Math.log2((AREA_PX * 360) / TILE_PX / side))));
}

function point({ lon, lat }: Place): Geometry {
  return { type: 'Point', coordinates: [lon, lat] };
}

function feature(id: string, geometry: Geometry, properties: Record<string, unknown>): Feature {
  return { type: 'Feature', id, geometry, properties };
}

function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}
