// A hand-over of the fake core: record by record, so that progress and cancel can be seen.

import { CoreError, type SyncState, type Whereabouts } from '../field-core.ts';
import type { World } from './world.ts';

const STEP_MS = 350;
const NEXT_TRY_MS = 120_000;

export function startSync(world: World): SyncState {
  if (world.sync.running) throw new CoreError('busy', '');
  const zero = { round_trips: 0, handed_over: 0, proved: 0, fetched: 0, refused: 0, uploaded: 0, put_off: 0 };
  world.sync = { ...world.sync, ...zero, running: true, next_try_ms: null, failed: null };
  setTimeout(() => step(world), STEP_MS);
  return said(world);
}

export function cancelSync(world: World): SyncState {
  if (world.sync.running) end(world, { code: 'cancelled', message: 'cancelled', at_ms: world.clock() });
  return world.sync;
}

function step(world: World): void {
  if (!world.sync.running) return;
  const next = waiting(world)[0];
  world.sync.round_trips += 1;
  if (!world.device.online || next === undefined) {
    const offline = { code: 'offline', message: 'no route', at_ms: world.clock() } as const;
    end(world, world.device.online ? null : offline);
    return;
  }
  next.whereabouts = 'at_centre';
  for (const file of next.files ?? []) file.complete = true;
  world.sync.handed_over += 3;
  world.sync.proved += 3;
  said(world);
  world.changed();
  setTimeout(() => step(world), STEP_MS);
}

/** What may go: what was refused stays quarantined, and what is being recorded is sent as far as it is. */
function waiting(world: World): { whereabouts: Whereabouts; files?: { complete: boolean }[] }[] {
  const all = [...world.incidents.map(({ page }) => page), ...world.patrols.map(({ line }) => line)];
  return all.filter(({ whereabouts }) => whereabouts === 'here' || whereabouts === 'acknowledged');
}

function end(world: World, failed: SyncState['failed']): void {
  const again = failed !== null && failed.code !== 'cancelled';
  if (failed === null) world.synced_ms = world.clock();
  world.sync = {
    ...world.sync,
    running: false,
    failed,
    next_try_ms: again ? world.clock() + NEXT_TRY_MS : null,
  };
  said(world);
  world.changed();
}

function said(world: World): SyncState {
  world.tell({ event: 'sync', sync: world.sync });
  return world.sync;
}
