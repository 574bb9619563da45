// The HTTP API of docs/api.md, one method a route. It knows no page and keeps no state; `fetch` is an argument so
// that tests need no server.

import { ApiError, kindOfStatus } from './error.ts';
import type {
  Alert,
  Incident,
  IncidentDetail,
  IncidentType,
  Page,
  Patrol,
  PatrolDetail,
  Position,
  Session,
  TrackCollection,
  Unit,
  ZoneCollection,
} from './types.ts';

export type Query = Record<string, string | number | null | undefined>;

/** A resource with the version to name in `If-Match` when it is changed. */
export interface Versioned<T> {
  value: T;
  etag: string | null;
}

export interface IncidentPatch {
  fields?: Record<string, unknown>;
  resolve?: string[];
}

const ROOT = '/api/v1';

export class ApiClient {
  private readonly request: typeof fetch;
  private readonly onUnauthorized: () => void;

  constructor(request: typeof fetch, onUnauthorized: () => void = () => {}) {
    this.request = request;
    this.onUnauthorized = onUnauthorized;
  }

  session(): Promise<Session> {
    return this.get<Session>('/session');
  }

  async signIn(login: string, password: string): Promise<Session> {
    const response = await this.send('POST', '/session', { login, password }, {}, true);
    return (await response.json()) as Session;
  }

  async signOut(): Promise<void> {
    await this.send('DELETE', '/session');
  }

  async units(): Promise<Unit[]> {
    return (await this.get<{ items: Unit[] }>('/units')).items;
  }

  patrols(query: Query, signal?: AbortSignal): Promise<Page<Patrol>> {
    return this.get('/patrols', query, signal);
  }

  patrol(id: string, signal?: AbortSignal): Promise<PatrolDetail> {
    return this.get(`/patrols/${encodeURIComponent(id)}`, {}, signal);
  }

  patrolTrack(id: string, maxPoints: number, signal?: AbortSignal): Promise<TrackCollection> {
    return this.get(`/patrols/${encodeURIComponent(id)}/track`, { max_points: maxPoints }, signal);
  }

  gpxHref(id: string): string {
    return `${ROOT}/patrols/${encodeURIComponent(id)}/track.gpx`;
  }

  tracks(query: Query, signal?: AbortSignal): Promise<TrackCollection> {
    return this.get('/tracks', query, signal);
  }

  async positions(query: Query, signal?: AbortSignal): Promise<Position[]> {
    return (await this.get<{ items: Position[] }>('/positions', query, signal)).items;
  }

  /** Alerts nobody has closed yet. */
  async alerts(signal?: AbortSignal): Promise<Alert[]> {
    return (await this.get<{ items: Alert[] }>('/alerts', { state: 'open' }, signal)).items;
  }

  async acknowledge(alert: string): Promise<void> {
    await this.send('POST', `/alerts/${encodeURIComponent(alert)}/ack`);
  }

  incidents(query: Query, signal?: AbortSignal): Promise<Page<Incident>> {
    return this.get('/incidents', query, signal);
  }

  async incident(id: string, signal?: AbortSignal): Promise<Versioned<IncidentDetail>> {
    const path = `/incidents/${encodeURIComponent(id)}`;
    return versioned<IncidentDetail>(await this.send('GET', path, undefined, {}, false, signal));
  }

  async patchIncident(
    id: string,
    patch: IncidentPatch,
    etag: string | null,
    idempotencyKey: string,
  ): Promise<Versioned<IncidentDetail>> {
    const headers: Record<string, string> = { 'Idempotency-Key': idempotencyKey };
    if (etag !== null) headers['If-Match'] = etag;
    const path = `/incidents/${encodeURIComponent(id)}`;
    return versioned<IncidentDetail>(await this.send('PATCH', path, patch, headers));
  }

  async incidentTypes(): Promise<IncidentType[]> {
    return (await this.get<{ items: IncidentType[] }>('/incident-types')).items;
  }

  zones(): Promise<ZoneCollection> {
    return this.get('/zones');
  }

  private async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    const response = await this.send('GET', path + queryText(query), undefined, {}, false, signal);
    return (await response.json()) as T;
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signingIn = false,
    signal?: AbortSignal,
  ): Promise<Response> {
    const init: RequestInit = { method, headers: { Accept: 'application/json', ...headers } };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { ...init.headers, 'Content-Type': 'application/json' };
    }
    if (signal) init.signal = signal;
    const response = await this.reach(path, init);
    if (response.ok) return response;
    const failure = await failureOf(response);
    if (failure.kind === 'unauthorized' && !signingIn) this.onUnauthorized();
    throw failure;
  }

  private async reach(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.request(ROOT + path, init);
    } catch (thrown) {
      // An abort is the caller's own doing, not a failure to show.
      if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
      throw new ApiError('offline');
    }
  }
}

/** `?a=1&b=2`, leaving out what is empty; the order is the caller's. */
export function queryText(query: Query): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parts.set(key, String(value));
  }
  const text = parts.toString();
  return text === '' ? '' : `?${text}`;
}

async function versioned<T>(response: Response): Promise<Versioned<T>> {
  return { value: (await response.json()) as T, etag: response.headers.get('ETag') };
}

async function failureOf(response: Response): Promise<ApiError> {
  const retry = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const problem: unknown = await response.json().catch(() => null);
  const requestId = hasRequestId(problem) ? problem.request_id : response.headers.get('X-Request-Id');
  return new ApiError(kindOfStatus(response.status), requestId, Number.isNaN(retry) ? null : retry);
}

function hasRequestId(problem: unknown): problem is { request_id: string } {
  return typeof (problem as { request_id?: unknown } | null)?.request_id === 'string';
}
