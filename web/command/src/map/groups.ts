// Groups of points as the view shows them, for a reader who does not click: which there are, and where a key leads.
// Pure; group-buttons.ts makes the elements.

import type { Geometry } from 'geojson';

export type GroupSource = 'incidents' | 'positions';

export interface Group {
  source: GroupSource;
  cluster: number;
  count: number;
  /** The highest `order` (geojson.ts) in the group. */
  worst: number;
  at: [number, number];
}

export interface Spot {
  x: number;
  y: number;
}

export type PlacedGroup = Group & Spot;

export const GROUP_LAYERS = ['position-group', 'incident-group'] as const;

/** More than this in one view is a view to come nearer in, not to walk through. */
const MOST = 60;
/** Groups whose middles are this close in height count as one line of reading. */
const LINE_PX = 32;

interface Drawn {
  source: string;
  properties: Record<string, unknown> | null;
  geometry: Geometry;
}

/** Each group once (a feature comes back for every tile it touches), in the order of reading. */
export function groupsInView(
  features: readonly Drawn[],
  project: (at: [number, number]) => Spot,
): PlacedGroup[] {
  const found = new Map<string, PlacedGroup>();
  for (const { source, properties, geometry } of features) {
    const cluster = Number(properties?.cluster_id);
    if (geometry.type !== 'Point' || !isGroupSource(source) || !Number.isFinite(cluster)) continue;
    const [lon = 0, lat = 0] = geometry.coordinates;
    const { x, y } = project([lon, lat]);
    const count = Number(properties?.point_count ?? 0);
    const worst = Number(properties?.worst ?? 0);
    found.set(`${source}:${cluster}`, { source, cluster, count, worst, at: [lon, lat], x, y });
  }
  return [...found.values()].sort(byReading).slice(0, MOST);
}

/** Which of `count` groups a key leads to from `index`, or null when the key is not about moving. */
export function stepTo(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (index + 1) % count;
    case 'ArrowLeft':
    case 'ArrowUp':
      return (index + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** The group that stands closest to a place: it takes over when the one that had the focus is gone. */
export function closestTo(spot: Spot, groups: readonly Spot[]): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  groups.forEach(({ x, y }, index) => {
    const away = Math.hypot(x - spot.x, y - spot.y);
    if (away < least) [best, least] = [index, away];
  });
  return best;
}

function isGroupSource(source: string): source is GroupSource {
  return source === 'incidents' || source === 'positions';
}

function byReading(a: Spot, b: Spot): number {
  return Math.floor(a.y / LINE_PX) - Math.floor(b.y / LINE_PX) || a.x - b.x;
}
