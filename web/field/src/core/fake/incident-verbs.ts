// Incidents, drafts and registries of the fake core.

import {
  CoreError,
  type CoreVerbs,
  type IncidentIn,
  type IncidentLine,
  type IncidentPage,
} from '../field-core.ts';
import { geojsonOf, measure, offsetPlace, ringOf, toRing } from './geo.ts';
import type { Handlers } from './handlers.ts';
import type { FakeIncident } from './incidents.ts';
import { CATEGORIES, LIVESTOCK, PEOPLE, TRANSPORTS, ZONES } from './registries.ts';
import type { World } from './world.ts';

type IncidentVerb =
  | 'report'
  | 'edit_incident'
  | 'incidents'
  | 'incident'
  | 'withdraw_file'
  | 'choose'
  | 'measure'
  | 'offset_place'
  | 'save_draft'
  | 'drafts'
  | 'drop_draft'
  | 'categories'
  | 'livestock'
  | 'transports'
  | 'zones'
  | 'zones_at'
  | 'people';

/** How far off a zone is still named. */
const NEAR_M = 2_000;
const DRAFT_MAX = 1_000_000;

export const incidentVerbs: Handlers<IncidentVerb & keyof CoreVerbs> = {
  report: (world, { incident }) => {
    const page = { ...empty(world), ...asPage(incident) };
    page.occurred_ms ??= world.clock();
    world.incidents.unshift({ page, own: true });
    world.changed();
    return page.id;
  },
  edit_incident: (world, { id, incident }) => {
    const { page } = incidentOf(world, id);
    Object.assign(page, asPage(incident), { whereabouts: 'here' });
    world.changed();
    return null;
  },
  incidents: (world) => world.incidents.map(lineOf),
  incident: (world, { id }) => incidentOf(world, id).page,
  withdraw_file: (world, { id, hash, reason }) => {
    const file = incidentOf(world, id).page.files.find((one) => one.hash === hash);
    if (file === undefined) throw new CoreError('unknown', `no file ${hash}`);
    if (reason.trim() === '') throw new CoreError('input', 'a reason is needed');
    file.withdrawn = reason;
    world.changed();
    return null;
  },
  choose: (world, { id, field, choice }) => {
    const { page } = incidentOf(world, id);
    const conflict = page.conflicts.find((one) => one.field === field);
    if (conflict === undefined) throw new CoreError('no_conflict', field);
    const chosen = conflict.values[choice];
    if (chosen === undefined) throw new CoreError('input', `choice ${choice}`);
    Object.assign(page, { [field]: chosen.value, whereabouts: 'here' });
    page.conflicts = page.conflicts.filter((one) => one !== conflict);
    world.changed();
    return null;
  },
  measure: (_world, { shape }) => measure(shape),
  offset_place: (_world, { offset }) => {
    if (!(offset.distance_m >= 0)) throw new CoreError('input', 'distance_m');
    return offsetPlace(offset);
  },
  save_draft: (world, { key, value }) => {
    if (JSON.stringify(value).length > DRAFT_MAX) throw new CoreError('too_long', 'the draft is too long');
    world.drafts.set(key, { key, saved_ms: world.clock(), value: structuredClone(value) });
    world.changed();
    return null;
  },
  drafts: (world) => [...world.drafts.values()].sort((a, b) => b.saved_ms - a.saved_ms),
  drop_draft: (world, { key }) => {
    world.drafts.delete(key);
    world.changed();
    return null;
  },
  categories: () => CATEGORIES,
  livestock: () => LIVESTOCK,
  transports: () => TRANSPORTS,
  zones: () => ZONES,
  zones_at: (_world, { place }) =>
    ZONES.map(({ id, kind, labels, geojson }) => ({ id, kind, labels, ...toRing(place, ringOf(geojson)) }))
      .map((hit) => ({ ...hit, distance_m: hit.inside ? 0 : hit.distance_m }))
      .filter((hit) => hit.distance_m <= NEAR_M)
      .sort((a, b) => a.distance_m - b.distance_m),
  people: () => PEOPLE,
};

export function incidentOf(world: World, id: string): FakeIncident {
  const found = world.incidents.find(({ page }) => page.id === id);
  if (found === undefined) throw new CoreError('unknown', `no incident ${id}`);
  return found;
}

function empty(world: World): IncidentPage {
  return {
    id: world.newId(),
    category: null,
    title: null,
    narrative: null,
    severity: null,
    occurred_ms: null,
    geojson: null,
    area_m2: null,
    length_m: null,
    heads: [],
    offset: null,
    files: [],
    conflicts: [],
    newer: [],
    whereabouts: 'here',
    taken: null,
  };
}

/** The fields that are given; one that is absent stays as it was. */
function asPage(given: IncidentIn): Partial<IncidentPage> {
  const { shape, offset, heads, campaign, occurred_ms, ...plain } = given;
  if (given.category && !CATEGORIES.some(({ code }) => code === given.category)) {
    throw new CoreError('input', `category ${given.category}`);
  }
  const page: Partial<IncidentPage> = { ...plain };
  if (occurred_ms !== undefined) page.occurred_ms = occurred_ms;
  if (heads !== undefined) page.heads = heads;
  if (shape) Object.assign(page, { geojson: geojsonOf(shape), ...measure(shape) });
  if (offset) {
    const { lat, lon } = offsetPlace(offset);
    Object.assign(page, { offset, geojson: JSON.stringify({ type: 'Point', coordinates: [lon, lat] }) });
  }
  return page;
}

function lineOf({ page, own }: FakeIncident): IncidentLine {
  const { id, title, whereabouts, category, severity, occurred_ms } = page;
  return {
    id,
    title,
    own,
    whereabouts,
    category,
    severity,
    occurred_ms,
    place: placeOf(page.geojson),
    files: page.files.length,
    conflicts: page.conflicts.length,
  };
}

function placeOf(geojson: string | null): IncidentLine['place'] {
  if (geojson === null) return null;
  const { coordinates } = JSON.parse(geojson) as { coordinates: unknown };
  const [lon, lat] = [coordinates].flat(3) as number[];
  return lon === undefined || lat === undefined ? null : { lon, lat };
}
