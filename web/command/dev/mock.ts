// Development only: answers docs/api.md from a made-up world, so that the pages can be built, seen and photographed
// without the Rust server. Never part of the build. Any password but "wrong" signs in.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect, Plugin } from 'vite';
import { basemapArchive } from '../../shared/src/planted/basemap.ts';
import { INCIDENT_TYPES, zones } from './incidents.ts';
import { PEOPLE } from './patrols.ts';
import { photo } from './photos.ts';
import { STATIONS, UNITS, under } from './units.ts';
import { type LiveEvent, listItem, MockWorld, patrolItem } from './world.ts';

const PAGE = 100;

interface Ask {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  parts: string[];
}

export function mockServer(): Plugin {
  const handler = makeHandler();
  return {
    name: 'tala-mock',
    configureServer: (server) => void server.middlewares.use(handler),
    configurePreviewServer: (server) => void server.middlewares.use(handler),
  };
}

function makeHandler(): Connect.NextHandleFunction {
  const world = new MockWorld(Date.now());
  let archive: Uint8Array | null = null;
  setInterval(() => world.step(Date.now()), 5_000).unref();
  setInterval(() => world.emit('tick', { at: new Date().toISOString() }), 15_000).unref();
  return (request, response, next) => {
    const url = new URL(request.url ?? '/', 'http://mock');
    if (url.pathname === '/basemap.pmtiles') {
      archive ??= basemapArchive();
      return sendRange(request, response, archive);
    }
    if (!url.pathname.startsWith('/api/v1/')) return next();
    const parts = url.pathname.slice('/api/v1/'.length).split('/');
    answer(world, { request, response, url, parts }).catch((error: unknown) => {
      console.error(error);
      problem(response, 500, 'internal');
    });
  };
}

async function answer(world: MockWorld, ask: Ask): Promise<void> {
  const { response, parts, request } = ask;
  const [first, id, third] = parts;
  if (first === 'session') return session(world, ask);
  if (!request.headers.cookie?.includes('tala=')) return problem(response, 401, 'not-signed-in');
  if (first === 'units') return json(response, { items: unitsWithCounts(world) });
  if (first === 'incident-types') return json(response, { version: 3, items: INCIDENT_TYPES });
  if (first === 'zones') return json(response, { type: 'FeatureCollection', features: zones() });
  if (first === 'positions') return json(response, { items: world.positions });
  if (first === 'tracks') return tracks(world, ask);
  if (first === 'alerts') return id ? acknowledge(world, ask, id) : json(response, { items: world.alerts });
  if (first === 'live') return live(world, ask);
  if (first === 'mock') return command(world, ask);
  if (first === 'patrols') return id ? patrol(world, ask, id, third) : patrols(world, ask);
  if (first === 'incidents') return id ? incident(world, ask, id) : incidents(world, ask);
  return problem(response, 404, 'absent');
}

async function session(world: MockWorld, { request, response }: Ask): Promise<void> {
  if (request.method === 'DELETE') {
    response.setHeader('Set-Cookie', 'tala=; Path=/; Max-Age=0');
    response.statusCode = 204;
    response.end();
    return;
  }
  if (request.method === 'POST') {
    const body = (await readJson(request)) as { password?: string };
    if (body.password === 'wrong') return problem(response, 401, 'bad-credentials');
    response.setHeader('Set-Cookie', 'tala=mock; Path=/; SameSite=Strict; HttpOnly');
  } else if (!request.headers.cookie?.includes('tala=')) {
    return problem(response, 401, 'not-signed-in');
  }
  const unit = UNITS[1]?.id ?? '';
  json(response, {
    person: { id: PEOPLE[1]?.person, name: '王建国' },
    memberships: [{ unit, role: 'duty_officer' }],
    unit,
    zone: 'Asia/Shanghai',
    deployment: '示例盟',
    server_time: new Date().toISOString(),
    log: { id: 'a'.repeat(32), size: 18_944 + world.events.length },
  });
}

function unitsWithCounts(world: MockWorld): unknown[] {
  return UNITS.map((unit) => {
    const inside = under(unit.id);
    const all = new Set([...inside].flatMap((id) => [...under(id)]));
    const out = world.patrols.filter((one) => one.detail.state === 'out' && all.has(one.detail.unit));
    return { ...unit, officers_out: out.reduce((sum, one) => sum + one.detail.team.length, 0) };
  });
}

/** Whether a record passes `unit`, `from` and `until` of the query. */
function passes(url: URL, unit: string, atMs: number): boolean {
  const wanted = url.searchParams.get('unit');
  const from = url.searchParams.get('from');
  const until = url.searchParams.get('until');
  if (wanted) {
    const all = new Set([...under(wanted)].flatMap((one) => [...under(one)]));
    if (!all.has(unit)) return false;
  }
  return (!from || atMs >= Date.parse(from)) && (!until || atMs < Date.parse(until));
}

function paged(url: URL, response: ServerResponse, items: unknown[]): void {
  const at = Number(url.searchParams.get('cursor') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? PAGE);
  const next = at + limit < items.length ? String(at + limit) : null;
  json(response, { items: items.slice(at, at + limit), next });
}

function patrols(world: MockWorld, { response, url }: Ask): void {
  const state = url.searchParams.get('state');
  const transport = url.searchParams.get('transport');
  const found = world.patrols.filter(
    ({ detail }) =>
      passes(url, detail.unit, Date.parse(detail.started_at)) &&
      (!state || detail.state === state) &&
      (!transport || detail.transport === transport),
  );
  found.sort((a, b) => b.detail.started_at.localeCompare(a.detail.started_at));
  paged(url, response, found.map(patrolItem));
}

function patrol(world: MockWorld, { response }: Ask, id: string, part: string | undefined): void {
  const found = world.patrols.find((one) => one.detail.id === id);
  if (!found) problem(response, 404, 'absent');
  else if (part === 'track') json(response, { type: 'FeatureCollection', features: found.track });
  else if (part === 'track.gpx') {
    const points = found.track.flatMap((one) => one.geometry.coordinates);
    const rows = points.map(([lon, lat]) => `<trkpt lat="${lat}" lon="${lon}"/>`).join('');
    response.setHeader('Content-Type', 'application/gpx+xml');
    response.end(`<gpx version="1.1" creator="mock"><trk><trkseg>${rows}</trkseg></trk></gpx>`);
  } else json(response, found.detail);
}

function tracks(world: MockWorld, { response, url }: Ask): void {
  const features = world.patrols
    .filter(({ detail }) => passes(url, detail.unit, Date.parse(detail.last_known_at)))
    .flatMap((one) => one.track);
  json(response, { type: 'FeatureCollection', features });
}

function incidents(world: MockWorld, { response, url }: Ask): void {
  const category = url.searchParams.get('category');
  const band = url.searchParams.get('band');
  const q = url.searchParams.get('q');
  const found = world.incidents.filter(
    (one) =>
      passes(url, one.unit, Date.parse(one.occurred_at)) &&
      (!category || one.category.code === category) &&
      (!band || one.band === band) &&
      (!q || `${one.title} ${one.narrative} ${one.reporter.name}`.includes(q)),
  );
  found.sort((a, b) => b.known_at.localeCompare(a.known_at));
  paged(url, response, found.map(listItem));
}

async function incident(world: MockWorld, ask: Ask, id: string): Promise<void> {
  const { response, request, parts } = ask;
  const found = world.incidents.find((one) => one.id === id);
  if (!found) return problem(response, 404, 'absent');
  if (parts[2] === 'media') return media(response, parts[3] ?? '', parts[4] === 'thumb');
  const version = world.versions.get(id) ?? 1;
  if (request.method === 'PATCH') {
    if (request.headers['if-match'] !== `"${version}"`) return problem(response, 412, 'changed-meanwhile');
    const body = (await readJson(request)) as { fields?: Record<string, unknown>; resolve?: string[] };
    for (const path of body.resolve ?? []) {
      const field = found.fields.find((one) => one.path === path);
      if (!field) continue;
      field.value = body.fields?.[path] ?? field.value;
      field.conflicts = [];
      found.conflicts -= 1;
      if (path === 'title') found.title = String(field.value);
    }
    world.versions.set(id, version + 1);
    world.emit('incident', listItem(found));
  }
  found.unread = false;
  response.setHeader('ETag', `"${world.versions.get(id) ?? version}"`);
  json(response, found);
}

function media(response: ServerResponse, hash: string, thumb: boolean): void {
  response.setHeader('Content-Type', 'image/svg+xml');
  response.end(photo(hash, thumb ? 320 : 1600, thumb ? 240 : 1200));
}

function live(world: MockWorld, { request, response }: Ask): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const write = (event: LiveEvent) => {
    response.write(`id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`);
  };
  response.write(': hello\n\n');
  const last = Number(request.headers['last-event-id'] ?? world.events.length);
  for (const event of world.events.slice(last)) write(event);
  const stop = world.listen(write);
  request.on('close', stop);
}

function acknowledge(world: MockWorld, { response }: Ask, id: string): void {
  const found = world.alerts.find((one) => one.id === id);
  if (!found) {
    problem(response, 404, 'absent');
    return;
  }
  found.acknowledged = { by: { id: 'a'.repeat(32), name: '王建国' }, at: new Date().toISOString() };
  world.emit('alert', found);
  json(response, found);
}

/** `POST /api/v1/mock/incident` and the like: lets a script make things happen. */
function command(world: MockWorld, { response, parts }: Ask): void {
  const now = Date.now();
  if (parts[1] === 'incident') world.arrive(now);
  if (parts[1] === 'sos' || parts[1] === 'alert') {
    const position = world.positions[3];
    const at = new Date(now).toISOString();
    const zone = parts[2] === 'zone';
    world.alert({
      id: (zone ? 'f' : 'e').repeat(32),
      kind: zone ? 'zone' : 'sos',
      unit: position?.unit ?? STATIONS[0]?.id ?? '',
      patrol: position?.patrol ?? null,
      person: position?.person ?? null,
      lon: position?.lon ?? 116,
      lat: position?.lat ?? 43.9,
      at,
    });
  }
  if (parts[1] === 'reset') world.emit('reset', {});
  json(response, {});
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'private, no-store');
  response.end(JSON.stringify(value));
}

function problem(response: ServerResponse, status: number, name: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/problem+json');
  response.end(
    JSON.stringify({
      type: `https://tala.invalid/problems/${name}`,
      title: name,
      status,
      request_id: 'mock-7f3a',
    }),
  );
}

function sendRange(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Content-Type', 'application/octet-stream');
  if (request.method === 'HEAD') {
    response.setHeader('Content-Length', bytes.length);
    response.end();
    return;
  }
  if (!range) {
    response.end(bytes);
    return;
  }
  const from = Number(range[1]);
  const until = Math.min(Number(range[2]), bytes.length - 1);
  response.statusCode = 206;
  response.setHeader('Content-Range', `bytes ${from}-${until}/${bytes.length}`);
  response.end(bytes.subarray(from, until + 1));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
}
