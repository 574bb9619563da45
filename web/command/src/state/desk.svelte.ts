// Everything a signed-in desk holds: reference data, what is on the map, the lists, and the live feed that keeps
// them current. Made at sign-in, thrown away at sign-out, so nothing of one reader is left for the next.

import { i18n, t } from '@tala/shared/i18n/i18n';
import { notices } from '@tala/shared/notices';
import type { ApiClient } from '../api/client.ts';
import { browserEnvironment, type FeedState, LiveFeed } from '../api/live.ts';
import type {
  Incident,
  IncidentType,
  Patrol,
  Position,
  Session,
  TrackCollection,
  TrackEvent,
  Unit,
  ZoneCollection,
} from '../api/types.ts';
import { type Bounds, withTrack } from '../map/geojson.ts';
import { AlertBook } from './alerts.svelte.ts';
import { clock } from './clock.svelte.ts';
import { type Filters, incidentQuery, inView, patrolQuery, trackQuery } from './filters.ts';
import { ListStore } from './list.svelte.ts';
import { nav } from './nav.svelte.ts';
import { Resource } from './resource.svelte.ts';
import { unitsUnder } from './units.ts';

const MAX_TRACK_POINTS = 40_000;
const MAP_LIST_LIMIT = 500;

export class Desk {
  readonly session: Session;
  readonly client: ApiClient;
  readonly units = new Resource<Unit[]>();
  readonly types = new Resource<IncidentType[]>();
  readonly zones = new Resource<ZoneCollection>();
  readonly positions = new Resource<Position[]>();
  readonly tracks = new Resource<TrackCollection>();
  /** Patrols out now, whatever the time filter says: the status line counts them. */
  readonly out: ListStore<Patrol>;
  readonly patrols: ListStore<Patrol>;
  readonly incidents: ListStore<Incident>;
  readonly alerts: AlertBook;

  feedState = $state<FeedState>('connecting');
  lastHeardMs = $state(0);
  /** Where the map is asked to look, and what to select there; the map page takes it. */
  asked = $state.raw<{ bounds: Bounds; patrol: string | null } | null>(null);
  /** Ids of incidents that changed since a page read them: an open detail reads itself again. */
  touched = $state.raw<{ id: string; n: number }>({ id: '', n: 0 });

  private readonly feed: LiveFeed;
  private readonly onBye: (reason: string) => void;

  constructor(session: Session, client: ApiClient, onBye: (reason: string) => void) {
    this.session = session;
    this.client = client;
    this.onBye = onBye;
    this.out = new ListStore((query, signal) => client.patrols(query, signal), MAP_LIST_LIMIT);
    this.patrols = new ListStore((query, signal) => client.patrols(query, signal));
    this.incidents = new ListStore((query, signal) => client.incidents(query, signal));
    this.alerts = new AlertBook(client, session);
    this.feed = new LiveFeed(browserEnvironment, {
      position: (item) => this.onPosition(item),
      track: (event) => this.onTrack(event),
      patrol: (item) => this.onPatrol(item),
      incident: (item) => this.onIncident(item),
      alert: (item) => this.alerts.take(item),
      reset: () => this.readAll(),
      bye: (reason) => this.onBye(reason),
      state: (state, heard) => {
        this.feedState = state;
        this.lastHeardMs = heard;
      },
    });
  }

  start(): void {
    this.feed.start();
    this.readReference();
    this.readNow();
  }

  stop(): void {
    this.feed.stop();
  }

  /** Reads what the filters decide. Pages call it through an effect on `nav.filters`. */
  readFiltered(filters: Filters): void {
    const [now, zone] = [clock.exact(), clock.zone];
    void this.incidents.read(incidentQuery(filters, now, zone));
    void this.patrols.read(patrolQuery(filters, now, zone));
    void this.readTracks(filters);
  }

  readAll(): void {
    this.readReference();
    this.readNow();
    this.readFiltered(nav.filters);
    this.touch('');
  }

  /** Reads again whatever failed, after the network came back. */
  retryFailed(): void {
    if (this.units.error || this.types.error || this.zones.error) this.readReference();
    this.readNow();
    this.readFiltered(nav.filters);
  }

  readNow(): void {
    void this.positions.load((signal) => this.client.positions({}, signal));
    void this.out.read({ state: 'out' });
    void this.alerts.read();
  }

  /** Asks the map to show a place. */
  lookAt(bounds: Bounds, patrol: string | null): void {
    this.asked = { bounds, patrol };
  }

  /** The reader has opened it: it is no longer new to this desk. */
  markRead(id: string): void {
    const known = this.incidents.items.find((one) => one.id === id);
    if (known?.unread) this.incidents.upsert({ ...known, unread: false }, true);
  }

  readReference(): void {
    void this.units.load(() => this.client.units());
    void this.types.load(() => this.client.incidentTypes());
    void this.zones.load(() => this.client.zones());
  }

  private readTracks(filters: Filters): Promise<void> {
    const query = { ...trackQuery(filters, clock.exact(), clock.zone), max_points: MAX_TRACK_POINTS };
    return this.tracks.load((signal) => this.client.tracks(query, signal));
  }

  /** Name of a unit in the reader's language. */
  unitName(id: string): string {
    return i18n.name(this.units.value?.find((unit) => unit.id === id)?.names);
  }

  iconOf(code: string): string {
    return this.types.value?.find((type) => type.code === code)?.icon ?? 'other';
  }

  /** Units the filter lets through, or null for all. */
  unitsInView(): Set<string> | null {
    const unit = nav.filters.unit;
    return unit === null ? null : unitsUnder(this.units.value ?? [], unit);
  }

  isOverdue(patrol: Patrol): boolean {
    if (patrol.state !== 'out' || patrol.declared_return_at === null) return false;
    return clock.now > Date.parse(patrol.declared_return_at);
  }

  private inView(unit: string, at: string): boolean {
    return inView(nav.filters, this.unitsInView(), unit, Date.parse(at), clock.exact(), clock.zone);
  }

  private onPosition(item: Position): void {
    const known = this.positions.value;
    if (known === null) return;
    const at = known.findIndex((one) => one.device === item.device);
    this.positions.value = at >= 0 ? known.with(at, item) : [...known, item];
  }

  private onTrack(event: TrackEvent): void {
    const known = this.tracks.value;
    if (known === null || !this.inView(event.unit, event.geojson.properties.until)) return;
    const properties = { ...event.geojson.properties, patrol: event.patrol };
    this.tracks.value = withTrack(known, { ...event.geojson, properties });
  }

  private onPatrol(item: Patrol): void {
    this.out.upsert(item, item.state === 'out');
    const { transport, state } = nav.filters;
    const fits = (!transport || transport === item.transport) && (!state || state === item.state);
    this.patrols.upsert(item, fits && this.inView(item.unit, item.started_at));
  }

  private onIncident(item: Incident): void {
    const { category, band, q } = nav.filters;
    const known = this.incidents.items.some((one) => one.id === item.id);
    // Only the server can search narratives: while a search is on, new items wait for the next read.
    const fits =
      (!category || category === item.category.code) && (!band || band === item.band) && (!q || known);
    this.incidents.upsert(item, fits && this.inView(item.unit, item.occurred_at));
    if (!known) {
      const title = item.title ?? i18n.name(item.category.label);
      notices.say(t('incident.new', { title, unit: this.unitName(item.unit) }));
    }
    this.touch(item.id);
  }

  private touch(id: string): void {
    this.touched = { id, n: this.touched.n + 1 };
  }
}
