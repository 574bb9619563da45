/**
 * The one interface between the officer's pages and whatever records behind them.
 *
 * A page asks with a message `{ do: verb, ... }` and gets the verb's answer or a `CoreError`. Core verbs are
 * answered by the Rust handset (`tala_client::handset::message`), the same on every platform. Shell verbs are
 * answered by what surrounds it: the worker in a browser, the bridge of an Android or iOS shell. A page does
 * not know which is which. Whatever a write verb answers is durable when its promise resolves.
 *
 * Ids are hex text, times ms since 1970, places WGS-84 degrees. Numbers carry their unit in the name.
 */

export interface FieldCore {
  /** Does a verb. Rejects with {@link CoreError}; never hangs on a lock of another tab. */
  call<V extends Verb>(message: Ask<V>): Promise<Answer<V>>;

  /** Calls back on every event until the returned function is called. */
  listen(listener: (event: CoreEvent) => void): () => void;
}

/** What reaches a page without being asked for. */
export type CoreEvent =
  /** Something that a screen shows may have changed: ask for its snapshot anew. */
  | { event: 'changed'; version: number }
  /** A sync moved on. */
  | { event: 'sync'; sync: SyncState }
  /** The recorder (location source) changed its state, or no fix has come for a while. */
  | { event: 'recorder'; recorder: RecorderState }
  /** Another window has the store, or gave it back. */
  | { event: 'opened'; opened: Opened };

/** A verb did nothing. `code` chooses the words; `message` is for a log, never shown alone. */
export class CoreError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'CoreError';
    this.code = code;
  }
}

/** Words of `handset::message::code`, and those of shells. An unknown word is treated as `failed`. */
export type ErrorCode =
  | 'input'
  | 'unknown'
  | 'broken'
  | 'no_conflict'
  | 'sync'
  | 'store'
  | 'not_enrolled'
  | 'no_patrol'
  | 'patrol_open'
  | 'paused'
  | 'feed_closed'
  | 'fix'
  | 'document'
  | 'file'
  | 'damaged'
  | 'unread'
  | 'too_long'
  // Shells:
  | 'locked'
  | 'wrong_pin'
  | 'other_window'
  | 'already_enrolled'
  | 'code'
  | 'offline'
  | 'centre'
  | 'busy'
  | 'unproved'
  | 'full'
  | 'no_permission'
  | 'unsupported'
  | 'cancelled'
  | 'failed';

export type Verb = keyof Verbs;
export type Ask<V extends Verb> = { do: V } & Verbs[V]['ask'];
export type Answer<V extends Verb> = Verbs[V]['answer'];

type Nothing = Record<never, never>;

/** Every verb, with its arguments and its answer. */
export interface Verbs extends ShellVerbs, CoreVerbs {}

// ---------------------------------------------------------------- answered by the shell

export interface ShellVerbs {
  /** Opens the store. The first message of every page. */
  open: { ask: Nothing; answer: Opened };
  /** Takes the store from another window; that one hears `opened` with `other_window`. */
  take_over: { ask: Nothing; answer: Opened };
  /** Makes this phone known to the centre of an enrolment code (text of the QR). */
  enrol: { ask: { code: string; name: string }; answer: Enrolled };
  /** Sets the PIN (6 to 12 digits); `old` where there is one. */
  set_pin: { ask: { pin: string; old?: string }; answer: null };
  /** Opens the app lock. `wrong_pin` says in `message` how many ms to wait. */
  unlock: { ask: { pin: string }; answer: Opened };
  /** Shuts the app lock. Recording goes on. */
  lock: { ask: Nothing; answer: null };
  /** Wipes key and store. `unproved` and nothing done where anything has no receipt. */
  sign_out: { ask: Nothing; answer: null };

  /** Begins a file that will be attached or taken in; bytes follow by `put_bytes`. */
  put_file: { ask: { media_type: string }; answer: { token: string } };
  /** Bytes of a begun file, in order, base64, at most 512 KiB each. */
  put_bytes: { ask: { token: string; base64: string }; answer: { size: number } };
  /** Opens the platform's camera or recorder; `cancelled` where the officer went back. */
  capture: { ask: { what: 'photo' | 'voice' }; answer: { token: string; media_type: string } };
  /** Attaches a finished file to an incident; answers its SHA-256, hex. Durable then. */
  attach: { ask: { incident: string; token: string; file: FileIn }; answer: string };
  /** An address from which a page may show a file or its thumbnail (blob: or the shell's own). */
  media: { ask: { hash: string; thumb: boolean }; answer: { url: string } | null };
  /** Writes what this phone holds (all or some records) to a file that a centre or phone takes in. */
  export_bundle: { ask: { records?: string[] }; answer: { url: string; name: string; size: number } };
  /** Takes in a file of another phone. */
  import_bundle: { ask: { token: string }; answer: { taken: number; known: number; refused: number } };

  /** Hands over and fetches now. Progress comes as `sync` events. `busy` where one is under way. */
  start_sync: { ask: { by_officer: boolean; weak?: boolean; originals?: boolean }; answer: SyncState };
  cancel_sync: { ask: Nothing; answer: SyncState };
  sync_state: { ask: Nothing; answer: SyncState };

  /** Turns the location source on or off. While on, every fix goes into the core by itself. */
  set_recorder: { ask: { on: boolean }; answer: RecorderState };
  recorder: { ask: Nothing; answer: RecorderState };
  /** Battery, space, network. */
  device: { ask: Nothing; answer: DeviceState };
  /** Settings of the app, kept by the shell: small JSON values under short names. */
  setting: { ask: { name: string }; answer: unknown };
  set_setting: { ask: { name: string; value: unknown }; answer: null };
}

export interface Opened {
  enrolled: boolean;
  /** `none`: no PIN set. `shut`: only `unlock`, `recorder` and `sos` do anything. */
  lock: 'none' | 'shut' | 'open';
  /** Another window has the store. Offer `take_over`. */
  other_window: boolean;
  /** The store came from a backup. */
  restored: boolean;
  /** Why a recording was cut off, if one was: `killed`, `off`. */
  interrupted: string | null;
  platform: 'browser' | 'android' | 'ios';
  /** Whether the platform promised to keep the store (browser: `navigator.storage.persist()`); null: native. */
  persisted: boolean | null;
  /** Whether recording goes on while the screen is locked. */
  records_locked: boolean;
  identity: Enrolled | null;
}

export interface Enrolled {
  device: string;
  unit: string;
  unit_name: string | null;
  person: string | null;
  person_name: string | null;
  /** The centre. */
  url: string;
}

export interface SyncState {
  running: boolean;
  round_trips: number;
  handed_over: number;
  proved: number;
  fetched: number;
  refused: number;
  uploaded: number;
  put_off: number;
  /** The centre asked to send the rest later. */
  later: boolean;
  /** When the next one is tried by itself. */
  next_try_ms: number | null;
  /** Why the last one failed. */
  failed: { code: ErrorCode; message: string; at_ms: number } | null;
}

export interface RecorderState {
  on: boolean;
  permission: 'granted' | 'denied' | 'prompt' | 'unknown';
  /** Whether the service of the platform records (native), or only this page while it is seen (browser). */
  service: boolean;
  /** When the last fix was delivered. */
  last_fix_ms: number | null;
  /** Median interval of the last 20 fixes. */
  interval_ms: number | null;
  /** Whether the platform may stop the recorder to save power: show the guidance. */
  power_saving: boolean;
}

export interface DeviceState {
  battery_pct: number | null;
  charging: boolean | null;
  free_bytes: number | null;
  online: boolean;
}

// ---------------------------------------------------------------- answered by the Rust handset

export interface CoreVerbs {
  version: { ask: Nothing; answer: number };

  // Patrol
  recording: { ask: Nothing; answer: Recording | null };
  start_patrol: { ask: { patrol: PatrolIn }; answer: Recording };
  deliver: { ask: { fix: FixIn }; answer: Delivered };
  deliver_batch: { ask: { fixes: FixIn[] }; answer: Delivered };
  note_gap: { ask: { cause: string }; answer: null };
  pause: { ask: Nothing; answer: Recording };
  resume: { ask: Nothing; answer: Recording };
  change_leg: { ask: { transport: string }; answer: Recording };
  stop_patrol: { ask: Nothing; answer: Recording };
  track: { ask: { patrol: string }; answer: TrackPart[] };
  patrols: { ask: Nothing; answer: PatrolLine[] };

  // Incidents
  report: { ask: { incident: IncidentIn }; answer: string };
  edit_incident: { ask: { id: string; incident: IncidentIn }; answer: null };
  incidents: { ask: Nothing; answer: IncidentLine[] };
  incident: { ask: { id: string }; answer: IncidentPage };
  /** Marks a file of an incident as withdrawn, with the reason. Nothing is deleted. */
  withdraw_file: { ask: { id: string; hash: string; reason: string }; answer: null };
  choose: { ask: { id: string; field: string; choice: number }; answer: null };
  /** Area or length of a shape with its error, before it is saved. */
  measure: { ask: { shape: ShapeIn }; answer: Measured };
  /** Where a bearing and a distance lead. */
  offset_place: { ask: { offset: OffsetIn }; answer: Place };

  // Drafts: whatever a page wants to survive a kill; `value` is the page's own.
  save_draft: { ask: { key: string; value: unknown }; answer: null };
  drafts: { ask: Nothing; answer: DraftLine[] };
  drop_draft: { ask: { key: string }; answer: null };

  // What the bureau publishes and the phone keeps
  categories: { ask: Nothing; answer: CategoryLine[] };
  livestock: { ask: Nothing; answer: CodeLine[] };
  transports: { ask: Nothing; answer: CodeLine[] };
  zones: { ask: Nothing; answer: ZoneLine[] };
  /** Zones in which or near which a place lies, the nearest first. */
  zones_at: { ask: { place: Place }; answer: ZoneHit[] };
  people: { ask: Nothing; answer: PersonLine[] };

  // With others
  team: { ask: Nothing; answer: TeamLine[] };
  messages: { ask: Nothing; answer: MessageLine[] };
  send_message: { ask: { text: string; reply_to?: string }; answer: string };
  /** Says that a message was seen. */
  ack_message: { ask: { id: string; what: 'seen' | 'taken' | 'done'; note?: string }; answer: null };
  plans: { ask: Nothing; answer: PlanLine[] };
  task_done: { ask: { plan: string; task: string; outcome?: string }; answer: null };

  // Safety
  sos: { ask: { note?: string; repeat?: number }; answer: string };
  sos_state: { ask: { id: string }; answer: SosLine };
  /** Own calls, the newest first. */
  sos_calls: { ask: Nothing; answer: SosLine[] };
  hand_over: { ask: Nothing; answer: HandOver };
}

export interface Place {
  lat: number;
  lon: number;
}
export interface At extends Place {
  acc_m: number | null;
  time_ms: number;
}

export interface FixIn extends Place {
  time_ms: number;
  alt_m?: number | null;
  acc_m?: number | null;
  speed_ms?: number | null;
  bearing_deg?: number | null;
  /** 0 satellites, 1 fused, 2 network, 3 imported, 4 by hand. */
  provider?: number;
  satellites?: number | null;
  mock?: boolean;
  mono_ms?: number | null;
}

export interface PatrolIn {
  transport: string;
  title?: string | null;
  purpose?: string | null;
  campaign?: string | null;
  plan?: string | null;
  declared_return_ms?: number | null;
  team?: string[];
}

export interface Recording {
  version: number;
  patrol: string;
  state: 'recording' | 'paused' | 'ended';
  leg: number;
  transport: string;
  fixes: number;
  doubtful: number;
  gaps: number;
  distance_m: number;
  duration_ms: number;
  unsealed: number;
  saved_ms: number;
  last: At | null;
  /** When it began, and what was declared. */
  started_ms: number;
  declared_return_ms: number | null;
}

export interface Delivered {
  durable: number;
  thinned: number;
}
export interface TrackPart {
  lat_e7: number[];
  lon_e7: number[];
}

export interface PatrolLine {
  id: string;
  title: string | null;
  transport: string | null;
  own: boolean;
  started_ms: number | null;
  ended_ms: number | null;
  whereabouts: Whereabouts;
}

export interface IncidentIn {
  category?: string | null;
  title?: string | null;
  narrative?: string | null;
  severity?: Severity | null;
  shape?: ShapeIn | null;
  offset?: OffsetIn | null;
  heads?: HeadsIn[];
  campaign?: string | null;
  /** When it happened; now where it is missing (first tap, not save). */
  occurred_ms?: number | null;
}
export type Severity = 'low' | 'medium' | 'high' | 'emergency';
export interface ShapeIn {
  kind: 'point' | 'line' | 'polygon';
  corners: Place[];
  source: 'gnss' | 'drawn' | 'typed';
  acc_m?: number[];
}
export interface OffsetIn {
  from: Place;
  bearing_deg: number;
  distance_m: number;
}
export interface HeadsIn {
  species: string;
  count: number;
  estimated?: boolean;
}
export interface FileIn {
  media_type: string;
  taken_ms?: number | null;
  place?: Place | null;
  title?: string | null;
}
export interface Estimate {
  value: number;
  error_95: number;
}
export interface Measured {
  area_m2: Estimate | null;
  length_m: Estimate | null;
}

/** Where the least safe part of a record is. */
export type Whereabouts = 'refused' | 'waiting_for_key' | 'here' | 'acknowledged' | 'at_centre';

export interface IncidentLine {
  id: string;
  title: string | null;
  own: boolean;
  whereabouts: Whereabouts;
  category: string | null;
  severity: Severity | null;
  occurred_ms: number | null;
  place: Place | null;
  files: number;
  conflicts: number;
}

export interface IncidentPage {
  id: string;
  category: string | null;
  title: string | null;
  narrative: string | null;
  severity: Severity | null;
  occurred_ms: number | null;
  /** Text of a GeoJSON geometry. */
  geojson: string | null;
  area_m2: Estimate | null;
  length_m: Estimate | null;
  heads: HeadsIn[];
  offset: OffsetIn | null;
  files: FileLine[];
  conflicts: ConflictLine[];
  newer: { field: string; value: string }[];
  whereabouts: Whereabouts;
  /** Whether the crime unit has accepted it, and as what. */
  taken: AnswerLine | null;
}
export interface FileLine {
  hash: string;
  size: number;
  media_type: string;
  title: string | null;
  withdrawn: string | null;
  held: boolean;
  complete: boolean;
  lost: boolean;
}
export interface ConflictLine {
  field: string;
  values: ConflictChoice[];
}
export interface ConflictChoice {
  value: string;
  by: string | null;
  own: boolean;
  at_ms: number | null;
}

export interface DraftLine {
  key: string;
  saved_ms: number;
  value: unknown;
}

/** Labels by language (`zh`, `mn_cyrl`, `mn_mong`, `en`); what is missing is null. */
export interface Labels {
  zh: string | null;
  mn_cyrl: string | null;
  mn_mong: string | null;
  en: string | null;
}
export interface CodeLine {
  code: string;
  labels: Labels;
}
export interface CategoryLine extends CodeLine {
  /** reclamation mining soil construction dumping grazing_ban overload off_road poaching herb_digging fire fence other */
  icon: string;
  /** Place in the grid; the first eight are shown. */
  order: number;
}
export interface ZoneLine {
  id: string;
  kind: string;
  labels: Labels;
  /** Text of a GeoJSON geometry. */
  geojson: string;
}
export interface ZoneHit {
  id: string;
  kind: string;
  labels: Labels;
  inside: boolean;
  distance_m: number;
}
export interface PersonLine {
  id: string;
  name: string;
  own: boolean;
}

export interface TeamLine {
  person: string | null;
  name: string | null;
  transport: string | null;
  patrol: string | null;
  lat: number;
  lon: number;
  at_ms: number;
}

export interface MessageLine {
  id: string;
  text: string;
  by: string | null;
  own: boolean;
  at_ms: number;
  reply_to: string | null;
  /** What this phone answered to it. */
  answered: string | null;
  /** For an own message: whether the centre has it. */
  at_centre: boolean;
  answers: AnswerLine[];
}

export interface PlanLine {
  id: string;
  title: string | null;
  starts_ms: number | null;
  ends_ms: number | null;
  expected_silence_min: number | null;
  notes: string | null;
  campaign: string | null;
  routes: PlannedPlace[];
  areas: PlannedPlace[];
  tasks: TaskLine[];
}
export interface PlannedPlace {
  name: string | null;
  notes: string | null;
  geojson: string | null;
}
export interface TaskLine {
  id: string;
  text: string | null;
  geojson: string | null;
  person: string | null;
  own: boolean;
  due_ms: number | null;
  done_ms: number | null;
  outcome: string | null;
}

export interface SosLine {
  id: string;
  at_ms: number;
  at_centre: boolean;
  answers: AnswerLine[];
}
export interface AnswerLine {
  what: string;
  note: string | null;
  by: string | null;
  at_ms: number;
}

export interface HandOver {
  records: RecordLine[];
  lanes: LaneLine[];
  files_waiting: number;
  file_bytes_waiting: number;
  files_lost: number;
  synced_ms: number | null;
  unproved: boolean;
  alarm: string | null;
}
export interface RecordLine {
  id: string;
  kind: 'patrol' | 'incident' | 'parties' | 'plan';
  title: string | null;
  own: boolean;
  whereabouts: Whereabouts;
  envelopes: number;
  envelopes_safe: number;
  quarantined: number;
  unsealed: number;
  files: number;
  files_safe: number;
}
export interface LaneLine {
  lane: 'urgent' | 'record' | 'media' | 'track';
  envelopes: number;
  bytes: number;
}
