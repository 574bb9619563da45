// What changed between two collections, so that a live event costs the map one feature and not all of them. Pure.

import type { Feature, FeatureCollection } from 'geojson';

export interface Diff {
  remove: string[];
  /** New features, and those that take the place of one with the same id. */
  add: Feature[];
}

/** The difference, or null when it must be handed over whole: an id is missing or doubled, or most of it is new. */
export function collectionDiff(before: FeatureCollection, after: FeatureCollection): Diff | null {
  const old = byId(before);
  const now = byId(after);
  if (old === null || now === null) return null;
  const add: Feature[] = [];
  for (const [id, feature] of now) {
    const known = old.get(id);
    if (!known || !same(known, feature)) add.push(feature);
  }
  const remove = [...old.keys()].filter((id) => !now.has(id));
  return (add.length + remove.length) * 2 > now.size ? null : { add, remove };
}

export function isEmpty(diff: Diff): boolean {
  return diff.add.length === 0 && diff.remove.length === 0;
}

function byId(collection: FeatureCollection): Map<string, Feature> | null {
  const found = new Map<string, Feature>();
  for (const feature of collection.features) {
    if (typeof feature.id !== 'string' || found.has(feature.id)) return null;
    found.set(feature.id, feature);
  }
  return found;
}

/** Lines are replaced and never changed in place, so that the same geometry object has not changed. */
function same(a: Feature, b: Feature): boolean {
  if (a === b) return true;
  return sameGeometry(a, b) && sameProperties(a.properties ?? {}, b.properties ?? {});
}

function sameGeometry({ geometry: a }: Feature, { geometry: b }: Feature): boolean {
  if (a === b) return true;
  if (a.type !== 'Point' || b.type !== 'Point') return false;
  return a.coordinates[0] === b.coordinates[0] && a.coordinates[1] === b.coordinates[1];
}

function sameProperties(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.is(a[key], b[key]));
}
