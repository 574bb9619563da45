// Shapes of docs/api.md, as the server sends them. Codes a newer server may add stay strings where the page can
// show them as they are.

import type { Names } from '@tala/shared/i18n/locales';
import type { Feature, FeatureCollection, Geometry, LineString } from 'geojson';

export type LonLat = [number, number];
export type Transport = 'horse' | 'motorcycle' | 'foot' | 'vehicle' | 'newer';
export type Severity = 'low' | 'medium' | 'high' | 'emergency';
export type Band = 'administrative' | 'near_threshold' | 'criminal_lead';

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface PersonRef {
  id: string;
  name: string;
}

export interface Author {
  person: string;
  name: string;
}

export interface Session {
  person: PersonRef;
  memberships: { unit: string; role: string }[];
  unit: string;
  zone: string;
  deployment: string;
  server_time: string;
  log: { id: string; size: number };
}

export interface Unit {
  id: string;
  parent: string | null;
  level: 'region' | 'league' | 'banner' | 'station';
  names: Names;
  officers_out: number;
}

export interface Patrol {
  id: string;
  unit: string;
  title: string | null;
  purpose: string | null;
  campaign: string | null;
  state: 'out' | 'ended';
  transport: Transport;
  team: Author[];
  device: string;
  started_at: string;
  ended_at: string | null;
  declared_return_at: string | null;
  distance_m: number;
  duration_s: number;
  fixes: number;
  segments: number;
  gaps: number;
  first_known_at: string;
  last_known_at: string;
  bbox: [number, number, number, number] | null;
}

export interface Leg {
  n: number;
  transport: Transport;
  started_at: string;
  ended_at: string | null;
  distance_m: number;
}

export interface PatrolDetail extends Patrol {
  legs: Leg[];
  notes: string | null;
  conflicts: Field[];
}

export interface TrackProperties {
  kind: 'track';
  leg: number;
  transport: Transport;
  from: string;
  until: string;
  known_at: string;
  device: string;
  segment: string;
  patrol?: string;
}

export interface GapProperties {
  kind: 'gap';
  cause: string;
  from: string;
  until: string;
  patrol?: string;
}

export type TrackFeature = Feature<LineString, TrackProperties | GapProperties>;
export type TrackCollection = FeatureCollection<LineString, TrackProperties | GapProperties>;

export interface Position {
  device: string;
  patrol: string | null;
  unit: string;
  person: PersonRef;
  transport: Transport;
  lon: number;
  lat: number;
  at: string;
  known_at: string;
  age_ms: number;
  speed_cms: number | null;
  bearing_deg: number | null;
  acc_dm: number | null;
  battery_pct: number | null;
  source: 'beacon' | 'segment';
  declared_return_at: string | null;
}

export interface Category {
  code: string;
  label: Names;
}

export interface Incident {
  id: string;
  unit: string;
  category: Category;
  title: string | null;
  severity: Severity | null;
  occurred_at: string;
  known_at: string;
  reporter: Author;
  patrol: string | null;
  point: LonLat | null;
  area_m2: number | null;
  area_error_m2: number | null;
  band: Band | null;
  route: string | null;
  photos: number;
  conflicts: number;
  unread: boolean;
  state: 'at_centre' | 'quarantined_part';
}

export interface FieldConflict {
  value: unknown;
  by: Author;
  device: string;
  at: string;
  winner: boolean;
}

export interface Field {
  path: string;
  value: unknown;
  source: string;
  by: Author;
  device: string;
  at: string;
  conflicts: FieldConflict[];
}

export interface Evidence {
  hash: string;
  media_type: string;
  size: number;
  taken_at: string | null;
  point: LonLat | null;
  title: string | null;
  thumb: string;
  href: string;
  state: 'complete' | 'partial' | 'absent';
  received: number;
}

export interface Triage {
  band: Band;
  amount_mu: number;
  error_mu: number;
  threshold_mu: number;
  rule: { id: string; version: number; effective_from: string; source: string; text: Names };
}

export interface HistoryEntry {
  at: string;
  known_at: string;
  person: PersonRef;
  device: string;
  summary: { field: string; value: unknown };
  envelope: string;
  lsn: number;
  receipt: 'proved' | 'acknowledged';
}

export interface IncidentDetail extends Incident {
  narrative: string | null;
  geometry: Geometry | null;
  offset: { bearing_deg: number; distance_m: number; observer: LonLat } | null;
  campaign: string | null;
  fields: Field[];
  evidence: Evidence[];
  triage: Triage | null;
  history: HistoryEntry[];
  quarantine: { envelope: string; reason: string; at: string }[];
  newer: { path: string; value: unknown }[];
}

export interface IncidentType {
  code: string;
  icon: string;
  labels: Names;
  route: string | null;
  order: number;
}

export interface ZoneProperties {
  id: string;
  kind: string;
  names: Names;
}

export type ZoneCollection = FeatureCollection<Geometry, ZoneProperties>;

export interface Alert {
  id: string;
  kind: string;
  unit: string;
  patrol: string | null;
  person: PersonRef | null;
  /** Null where no place is known. */
  lon: number | null;
  lat: number | null;
  at: string;
  /** Who took it on first; null while it is open. */
  acknowledged?: { by: PersonRef | null; at: string } | null;
}

export interface TrackEvent {
  patrol: string;
  segment: string;
  unit: string;
  transport: Transport;
  geojson: TrackFeature;
}
