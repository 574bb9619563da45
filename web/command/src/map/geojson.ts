// From records to what the map draws. Pure; the map class only hands the result to MapLibre. Every feature has an id,
// so that a change can be handed over alone (diff.ts). Ids begin with a letter: MapLibre takes digits for a number.

import { isTraditional, type Locale, pickName } from '@tala/shared/i18n/locales';
import { ageBucket, positionBadge } from '@tala/shared/map/age';
import { incidentImage, positionImage } from '@tala/shared/map/sign-names';
import type {
  Position as Coordinates,
  Feature,
  FeatureCollection,
  Geometry,
  LineString,
  Point,
} from 'geojson';
import type {
  Alert,
  Incident,
  LonLat,
  Position,
  TrackCollection,
  TrackFeature,
  ZoneCollection,
} from '../api/types.ts';

export type Bounds = [number, number, number, number];

export const EMPTY: FeatureCollection<never> = { type: 'FeatureCollection', features: [] };

/** Severities from the least to the worst; a sign's `order` is its place here. */
export const SEVERITY_ORDER: readonly string[] = ['low', 'medium', 'high', 'emergency'];
/** `order` of a position from which it is that of somebody overdue. */
export const OVERDUE_ORDER = 10;

export interface TrackLine {
  patrol: string;
  transport: string;
}

/** Lines of tracks; `patrol` is filled in where the server, asked for one patrol, left it out. */
export function trackLines(
  tracks: TrackCollection,
  patrol?: string,
): FeatureCollection<LineString, TrackLine> {
  const features = tracks.features.flatMap((feature) => {
    const properties = feature.properties;
    if (properties.kind !== 'track' || feature.geometry.coordinates.length < 2) return [];
    const line: TrackLine = {
      patrol: properties.patrol ?? patrol ?? '',
      transport: properties.transport,
    };
    const id = `t:${properties.segment}:${properties.from}`;
    return [{ type: 'Feature' as const, id, geometry: feature.geometry, properties: line }];
  });
  return { type: 'FeatureCollection', features };
}

/** Gaps, drawn dashed; one whose ends are the same place is not a line and is left to the list. */
export function gapLines(tracks: TrackCollection, patrol?: string): FeatureCollection<LineString> {
  const features = tracks.features.flatMap((feature) => {
    const [from, to] = feature.geometry.coordinates;
    if (feature.properties.kind !== 'gap' || !from || !to) return [];
    if (from[0] === to[0] && from[1] === to[1]) return [];
    const properties = { patrol: feature.properties.patrol ?? patrol ?? '', cause: feature.properties.cause };
    const id = `g:${properties.patrol}:${feature.properties.from}`;
    return [{ type: 'Feature' as const, id, geometry: feature.geometry, properties }];
  });
  return { type: 'FeatureCollection', features };
}

/** Tracks with one more feature; a segment that is there already is replaced, so a repeated event changes nothing. */
export function withTrack(tracks: TrackCollection, added: TrackFeature): TrackCollection {
  const segment = segmentOf(added);
  const kept =
    segment === null ? tracks.features : tracks.features.filter((one) => segmentOf(one) !== segment);
  return { type: 'FeatureCollection', features: [...kept, added] };
}

/** The envelope a line of track came in, or null for a gap. */
export function segmentOf(feature: TrackFeature): string | null {
  return feature.properties.kind === 'track' ? feature.properties.segment : null;
}

export function positionPoints(positions: readonly Position[], now: number): FeatureCollection<Point> {
  const features = positions.map((position) => {
    const bucket = ageBucket(now - Date.parse(position.at));
    const badge = positionBadge(position, now);
    return point([position.lon, position.lat], {
      id: position.device,
      patrol: position.patrol ?? '',
      name: position.person.name,
      image: positionImage(position.transport, bucket, badge),
      // The overdue and the fresh lie on top.
      order:
        (badge === 'overdue' ? OVERDUE_ORDER : 0) + (bucket === 'fresh' ? 2 : bucket === 'aging' ? 1 : 0),
    });
  });
  return { type: 'FeatureCollection', features };
}

export function incidentPoints(
  incidents: readonly Incident[],
  iconOf: (category: string) => string,
): FeatureCollection<Point> {
  const features = incidents.flatMap((incident) => {
    if (incident.point === null) return [];
    return [
      point(incident.point, {
        id: incident.id,
        title: incident.title ?? '',
        image: incidentImage(iconOf(incident.category.code), incident.severity ?? 'low'),
        order: SEVERITY_ORDER.indexOf(incident.severity ?? 'low'),
      }),
    ];
  });
  return { type: 'FeatureCollection', features };
}

export function alertPoints(alerts: readonly Alert[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: alerts.flatMap((one) =>
      one.lon === null || one.lat === null
        ? []
        : point([one.lon, one.lat], { id: one.id, patrol: one.patrol ?? '' }),
    ),
  };
}

function point(at: LonLat, properties: { id: string } & Record<string, unknown>): Feature<Point> {
  return {
    type: 'Feature',
    id: `p:${properties.id}`,
    geometry: { type: 'Point', coordinates: at },
    properties,
  };
}

/** Side in pixels from which a zone is seen as an area and not as a speck. */
const AREA_PX = 20;
const TILE_PX = 512;

/**
 * Zones with the name to print and the zoom to draw them from. A Mongolian reader gets a name in the traditional script
 * (`mong`, set by name-markers.ts and not by the map) where there is none in Cyrillic.
 */
export function zoneAreas(zones: ZoneCollection | null, locale: Locale): FeatureCollection {
  const features = (zones?.features ?? []).map(({ geometry, properties: { id, kind, names } }) => {
    const name = pickName(names, locale);
    const mong = locale === 'mn' && !names.mn_cyrl ? (names.mn_mong ?? '') : '';
    const label = mong !== '' || isTraditional(name) ? '' : name;
    const properties = { id, kind, name, label, mong, from_zoom: fromZoom(geometry) };
    return { type: 'Feature' as const, id: `z:${id}`, geometry, properties };
  });
  return { type: 'FeatureCollection', features };
}

function fromZoom(geometry: Geometry): number {
  const [west, south, east, north] = boundsOf([geometry]) ?? [0, 0, 0, 0];
  const side = Math.max(east - west, north - south);
  const zoom = Math.log2((AREA_PX * 360) / TILE_PX / Math.max(side, 1e-6));
  return Math.min(14, Math.max(0, Math.ceil(zoom)));
}

/** Smallest box around all coordinates, or null when there are none. */
export function boundsOf(geometries: readonly Geometry[]): Bounds | null {
  let bounds: Bounds | null = null;
  for (const geometry of geometries) {
    for (const [lon = 0, lat = 0] of coordinatesOf(geometry)) {
      bounds =
        bounds === null
          ? [lon, lat, lon, lat]
          : [
              Math.min(bounds[0], lon),
              Math.min(bounds[1], lat),
              Math.max(bounds[2], lon),
              Math.max(bounds[3], lat),
            ];
    }
  }
  return bounds;
}

export function coordinatesOf(geometry: Geometry): Coordinates[] {
  switch (geometry.type) {
    case 'Point':
      return [geometry.coordinates];
    case 'MultiPoint':
    case 'LineString':
      return geometry.coordinates;
    case 'MultiLineString':
    case 'Polygon':
      return geometry.coordinates.flat();
    case 'MultiPolygon':
      return geometry.coordinates.flat(2);
    case 'GeometryCollection':
      return geometry.geometries.flatMap(coordinatesOf);
  }
}

/** Box around a point, `halfDeg` each way: what to show for a record that is only a place. */
export function around([lon, lat]: LonLat, halfDeg: number): Bounds {
  return [lon - halfDeg, lat - halfDeg, lon + halfDeg, lat + halfDeg];
}
