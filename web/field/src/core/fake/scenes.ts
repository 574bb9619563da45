// The states worth seeing, by name: `?fake=recording`.

import type { Place } from '../field-core.ts';
import { messages, plans, team } from './desk.ts';
import { ringOf } from './geo.ts';
import { conflicted, incident } from './incidents.ts';
import { type FakePatrol, ride } from './patrols.ts';
import { id, ZONES } from './registries.ts';
import { World } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const SCENES: Record<string, (world: World) => void> = {
  /** A phone that nobody enrolled yet. */
  'first-start': (world) => {
    world.opened = { ...world.opened, enrolled: false, identity: null, persisted: false };
    world.patrols = [];
    world.incidents = [];
  },
  /** Enrolled, nothing recorded ever. */
  empty: (world) => {
    Object.assign(world, { patrols: [], incidents: [], messages: [], plans: [], team: [] });
  },
  /** Not on patrol; yesterday's records are safe. */
  idle: (world) => {
    world.patrols = world.patrols.filter(({ recording }) => recording.state === 'ended');
    world.recorder = { ...world.recorder, on: false };
    for (const { page } of world.incidents) page.whereabouts = 'at_centre';
    world.synced_ms = world.clock() - 6 * MINUTE_MS;
  },
  /** Not on patrol, and the centre has everything: whoever likes may leave. */
  safe: (world) => {
    SCENES.idle?.(world);
    for (const { line } of world.patrols) line.whereabouts = 'at_centre';
  },
  recording: () => undefined,
  paused: (world) => {
    const patrol = world.running();
    if (patrol) patrol.recording.state = 'paused';
    world.recorder = { ...world.recorder, on: false };
  },
  /** Recording is on, and the last fix is nine minutes old. */
  'no-fix': (world) => {
    const patrol = world.running();
    if (patrol?.recording.last) patrol.recording.last.time_ms = world.clock() - 9 * MINUTE_MS;
    world.recorder = { ...world.recorder, on: false, last_fix_ms: world.clock() - 9 * MINUTE_MS };
  },
  /** The rider has entered the first zone. */
  'in-zone': (world) => {
    const last = world.running()?.recording.last;
    const ring = ringOf(ZONES[0]?.geojson ?? '');
    const middle = (of: (corner: Place) => number) =>
      ring.reduce((sum, one) => sum + of(one), 0) / ring.length;
    if (last) Object.assign(last, { lat: middle(({ lat }) => lat), lon: middle(({ lon }) => lon) });
  },
  denied: (world) => {
    world.recorder = { ...world.recorder, on: false, permission: 'denied' };
  },
  /** Eight hours of fixes, one a second. */
  day: (world) => {
    running(world, 28_800, [7_000, 15_500]);
  },
  /** Five thousand incidents. */
  many: (world) => {
    world.incidents = Array.from({ length: 5_000 }, (_, n) => incident(n, world.clock()));
  },
  conflict: (world) => {
    world.incidents = world.incidents.map((one, n) => (n === 1 ? conflicted(one, world.clock()) : one));
  },
  /** Three days without the centre. */
  queue: (world) => {
    const now = world.clock();
    world.device = { ...world.device, online: false };
    for (const { page } of world.incidents)
      page.whereabouts = page.whereabouts === 'refused' ? 'refused' : 'here';
    for (const { line } of world.patrols) line.whereabouts = 'here';
    world.synced_ms = now - 74 * HOUR_MS;
    const failed = { code: 'offline' as const, message: 'dns error', at_ms: now - 3 * MINUTE_MS };
    world.sync = { ...world.sync, failed, next_try_ms: now + 7 * MINUTE_MS };
  },
  /** The centre asked to send the rest later. */
  later: (world) => {
    world.sync = { ...world.sync, later: true, put_off: 4, next_try_ms: world.clock() + 25 * MINUTE_MS };
  },
  /** Called for help, nobody has answered. */
  sos: (world) => {
    world.watched = false;
    world.device = { ...world.device, online: false };
    world.sos = [{ id: id('50e', 0), at_ms: world.clock() - 2 * MINUTE_MS, at_centre: false, answers: [] }];
  },
  'sos-acknowledged': (world) => {
    const at_ms = world.clock() - 3 * MINUTE_MS;
    const answers = [
      { what: 'delivered', note: null, by: null, at_ms: at_ms + 4_000 },
      { what: 'seen', note: '已通知就近两组，二十分钟到。', by: '高娃', at_ms: at_ms + 50_000 },
    ];
    world.sos = [{ id: id('50e', 0), at_ms, at_centre: true, answers }];
  },
  'other-window': (world) => {
    world.opened = { ...world.opened, other_window: true };
  },
  locked: (world) => {
    world.pin = '135790';
    world.opened = { ...world.opened, lock: 'shut' };
  },
  /** In a native shell: the service records, the platform threatens to stop it. */
  native: (world) => {
    world.opened = { ...world.opened, platform: 'android', persisted: null, records_locked: true };
    world.recorder = { ...world.recorder, service: true, power_saving: true };
  },
  /** A browser that kept no promise, a phone that has little left. */
  poor: (world) => {
    world.opened = { ...world.opened, persisted: false, interrupted: 'killed' };
    world.device = { ...world.device, battery_pct: 11, free_bytes: 240_000_000 };
  },
};

/** A made-up station in the middle of its day, as a scene wants it. */
export function sceneWorld(name: string, clock: () => number = Date.now): World {
  const world = new World(clock);
  const now = clock();
  const day = 24 * HOUR_MS;
  const earlier = [
    ride({ n: 1, started_ms: now - day, seconds: 5400, title: '核心区边界巡逻', whereabouts: 'at_centre' }),
    ride({
      n: 2,
      started_ms: now - 3 * day,
      seconds: 7200,
      title: '夜间防火巡护',
      whereabouts: 'acknowledged',
    }),
  ];
  for (const patrol of earlier) ended(patrol);
  world.patrols = earlier;
  world.incidents = Array.from({ length: 14 }, (_, n) => incident(n, now));
  world.team = team(now);
  world.messages = messages(now);
  world.plans = plans(now);
  world.synced_ms = now - 24 * MINUTE_MS;
  running(world, 7_900, [2_100]);
  (SCENES[name] ?? SCENES.recording)?.(world);
  return world;
}

function running(world: World, seconds: number, gaps: readonly number[]): void {
  const now = world.clock();
  const started_ms = now - seconds * 1000;
  const patrol = ride({
    n: 0,
    started_ms,
    seconds,
    title: '春季休牧检查',
    whereabouts: 'acknowledged',
    gaps,
  });
  patrol.recording.declared_return_ms = now + 3 * HOUR_MS;
  world.patrols = [patrol, ...world.patrols.filter(({ recording }) => recording.state === 'ended')];
  world.recorder = { ...world.recorder, on: true, last_fix_ms: patrol.recording.last?.time_ms ?? null };
}

function ended(patrol: FakePatrol): void {
  patrol.recording.state = 'ended';
  patrol.recording.unsealed = 0;
  patrol.line.ended_ms = patrol.recording.last?.time_ms ?? null;
}
