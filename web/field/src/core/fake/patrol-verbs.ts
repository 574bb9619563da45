// Patrols of the fake core.

import { CoreError, type CoreVerbs, type FixIn, type Recording } from '../field-core.ts';
import type { Handlers } from './handlers.ts';
import { add, type FakePatrol, fresh, gap } from './patrols.ts';
import { TRANSPORTS } from './registries.ts';
import type { World } from './world.ts';

type PatrolVerb =
  | 'recording'
  | 'start_patrol'
  | 'deliver'
  | 'deliver_batch'
  | 'note_gap'
  | 'pause'
  | 'resume'
  | 'change_leg'
  | 'stop_patrol'
  | 'track'
  | 'patrols';

export const patrolVerbs: Handlers<PatrolVerb & keyof CoreVerbs> = {
  recording: (world) => world.running()?.recording ?? null,
  start_patrol: (world, { patrol }) => {
    if (world.running()) throw new CoreError('patrol_open', 'a patrol is being recorded');
    known(patrol.transport);
    const started_ms = world.clock();
    const id = world.newId();
    const recording = { ...fresh(id, started_ms), transport: patrol.transport };
    recording.declared_return_ms = patrol.declared_return_ms ?? null;
    const { title = null } = patrol;
    world.patrols.unshift({
      line: {
        id,
        title,
        transport: patrol.transport,
        own: true,
        started_ms,
        ended_ms: null,
        whereabouts: 'here',
      },
      track: [{ lat_e7: [], lon_e7: [] }],
      recording,
      heading: 0.4,
    });
    world.changed();
    return recording;
  },
  deliver: (world, { fix }) => deliver(world, [fix]),
  deliver_batch: (world, { fixes }) => deliver(world, fixes),
  note_gap: (world) => {
    gap(open(world));
    world.changed();
    return null;
  },
  pause: (world) => turn(world, 'paused'),
  resume: (world) => turn(world, 'recording'),
  change_leg: (world, { transport }) => {
    known(transport);
    const { recording, line } = open(world);
    recording.leg += 1;
    recording.transport = transport;
    line.transport = transport;
    world.changed();
    return recording;
  },
  stop_patrol: (world) => {
    const patrol = open(world);
    patrol.line.ended_ms = world.clock();
    patrol.recording.state = 'ended';
    patrol.recording.unsealed = 0;
    world.changed();
    return patrol.recording;
  },
  track: (world, { patrol }) => {
    const found = world.patrols.find(({ line }) => line.id === patrol);
    if (found === undefined) throw new CoreError('unknown', `no patrol ${patrol}`);
    return found.track;
  },
  patrols: (world) => world.patrols.map(({ line }) => line),
};

function deliver(world: World, fixes: readonly FixIn[]): { durable: number; thinned: number } {
  const patrol = open(world);
  if (patrol.recording.state === 'paused') throw new CoreError('paused', 'the patrol is paused');
  for (const fix of fixes) {
    if (!(Math.abs(fix.lat) <= 90 && Math.abs(fix.lon) <= 180))
      throw new CoreError('fix', 'no place on earth');
    add(patrol, { lat: fix.lat, lon: fix.lon }, fix.time_ms, fix.acc_m ?? 5);
  }
  world.recorder = { ...world.recorder, last_fix_ms: fixes.at(-1)?.time_ms ?? world.recorder.last_fix_ms };
  world.changed();
  return { durable: fixes.length, thinned: 0 };
}

function turn(world: World, state: 'paused' | 'recording'): Recording {
  const patrol = open(world);
  if (state === 'recording' && patrol.recording.state === 'paused') gap(patrol);
  patrol.recording.state = state;
  world.changed();
  return patrol.recording;
}

function open(world: World): FakePatrol {
  const patrol = world.running();
  if (patrol === undefined) throw new CoreError('no_patrol', 'no patrol is being recorded');
  return patrol;
}

function known(transport: string): void {
  if (!TRANSPORTS.some(({ code }) => code === transport))
    throw new CoreError('input', `transport ${transport}`);
}
