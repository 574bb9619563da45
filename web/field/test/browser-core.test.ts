// What around the browser's core can be said without a browser.

import type { Phone } from 'tala-wasm/tala.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BrowserRecorder, fixOf, median } from '../src/core/browser-recorder.ts';
import { CoreError, type FixIn, type SyncState } from '../src/core/field-core.ts';
import { coreError } from '../src/worker/faults.ts';
import { pauseAfter } from '../src/worker/keys.ts';
import { SyncLoop } from '../src/worker/sync-loop.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('two wrong PINs cost nothing, each further one twice as long, an hour at most', () => {
  expect([1, 2, 3, 4, 5].map(pauseAfter)).toEqual([0, 0, 15_000, 30_000, 60_000]);
  expect(pauseAfter(1_000)).toBe(3_600_000);
});

test('whatever was thrown has a code that pages know', () => {
  expect(coreError(Object.assign(new Error('no signal'), { code: 'offline' })).code).toBe('offline');
  expect(coreError(Object.assign(new Error('x'), { code: 'from a newer version' })).code).toBe('failed');
  expect(coreError(new WebAssembly.RuntimeError('unreachable')).code).toBe('broken');
  expect(coreError('text').message).toBe('text');
});

test('a position becomes a fix; what the browser does not know stays unknown', () => {
  const coords = {
    latitude: 43.9,
    longitude: 116.1,
    altitude: null,
    accuracy: 5,
    speed: null,
    heading: Number.NaN,
  };
  const fix = fixOf({ coords, timestamp: 1_700_000_000_000.4 } as unknown as GeolocationPosition);
  expect(fix).toMatchObject({ time_ms: 1_700_000_000_000, speed_ms: null, bearing_deg: null, provider: 1 });
  expect([median([]), median([3, 1, 2])]).toEqual([null, 2]);
});

test('fixes are passed on in order, and a refused one does not hold up the next', async () => {
  let came: (position: GeolocationPosition) => void = () => {};
  const geolocation = {
    watchPosition: (heard: typeof came) => {
      came = heard;
      return 7;
    },
    clearWatch: () => {},
  };
  vi.stubGlobal('navigator', { geolocation });
  const taken: number[] = [];
  const deliver = async ([fix]: FixIn[]) => {
    if (fix === undefined || fix.time_ms === 2_000) throw new CoreError('paused', 'paused');
    taken.push(fix.time_ms);
  };
  const recorder = new BrowserRecorder(deliver, () => {});
  expect((await recorder.turn(true)).on).toBe(true);
  for (const timestamp of [1_000, 2_000, 3_000]) came({ coords: {}, timestamp } as GeolocationPosition);
  await vi.advanceTimersByTimeAsync(1);
  expect(taken).toEqual([1_000, 3_000]);
  expect(recorder.state).toMatchObject({ last_fix_ms: 3_000, interval_ms: 1_000, permission: 'granted' });
  expect((await recorder.turn(false)).on).toBe(false);
});

/** A phone whose syncs end as they are told. */
function phone(outcomes: (string | Error)[]) {
  const asked: string[] = [];
  const sync = async (ask: string) => {
    asked.push(ask);
    const outcome = outcomes.shift() ?? '{}';
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { asked, phone: { sync, cancel_sync: () => {} } as unknown as Phone };
}

test('a sync that fails is told and tried again by itself, and the network brings it forward', async () => {
  const offline = Object.assign(new Error('no way'), { code: 'offline' });
  const { asked, phone: it } = phone([offline, '{"handed_over": 3}']);
  const told: SyncState[] = [];
  const loop = new SyncLoop(it, (state) => told.push(state));
  loop.start({ by_officer: true });
  expect(() => loop.start({ by_officer: true })).toThrow(CoreError);
  await vi.advanceTimersByTimeAsync(1);
  expect(loop.state.failed?.code).toBe('offline');
  expect(loop.state.next_try_ms).toBeGreaterThan(Date.now());
  loop.online();
  await vi.advanceTimersByTimeAsync(1);
  expect(loop.state).toMatchObject({ running: false, failed: null, handed_over: 3 });
  expect(asked.map((ask) => JSON.parse(ask).by_officer)).toEqual([true, false]);
  expect(told.some((state) => state.running)).toBe(true);
  await loop.stop();
});

test('what is written while a sync is under way goes out right after it', async () => {
  const { asked, phone: it } = phone([]);
  const loop = new SyncLoop(it, () => {});
  loop.start({ by_officer: true });
  loop.wrote(false);
  await vi.advanceTimersByTimeAsync(3_100);
  expect(asked).toHaveLength(2);
  await loop.stop();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(asked).toHaveLength(2);
});

test('what is written goes out soon, a call for help at once', async () => {
  const { asked, phone: it } = phone([]);
  const loop = new SyncLoop(it, () => {});
  loop.wrote(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toHaveLength(0);
  loop.wrote(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(1);
  await loop.stop();
});
