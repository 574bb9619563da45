// What an officer does, in messages: a ride, an incident with a photo, a sync.

import { readFileSync } from 'node:fs';
import { ask } from './chromium.mjs';

const START = [43.9, 116.08];
const STEP_E7 = [120, 160];

/** The `n`-th fix of a ride, one a second; each has a latitude of its own. */
export function fix(n, startMs) {
  return {
    time_ms: startMs + n * 1000,
    lat: Number((START[0] + (n * STEP_E7[0]) / 1e7).toFixed(7)),
    lon: Number((START[1] + (n * STEP_E7[1]) / 1e7).toFixed(7)),
    acc_m: 4,
    provider: 0,
  };
}

/** The latitude by which a fix is known in a track. */
export function latE7(n) {
  return Math.round(fix(n, 0).lat * 1e7);
}

/** Delivers fixes one by one, each after the one before is durable. */
export async function ride(page, from, to, startMs) {
  for (let n = from; n < to; n += 1) await ask(page, { do: 'deliver', fix: fix(n, startMs) });
}

/** Latitudes of everything that the phone has of a patrol. */
export async function latitudes(page, patrol) {
  const parts = await ask(page, { do: 'track', patrol });
  return new Set(parts.flatMap((part) => part.lat_e7));
}

/** Attaches a file as a page does: in pieces, base64. */
export async function attach(page, incident, path, title) {
  const bytes = readFileSync(path);
  const { token } = await ask(page, { do: 'put_file', media_type: 'image/jpeg' });
  for (let at = 0; at < bytes.length; at += 300_000) {
    const base64 = bytes.subarray(at, at + 300_000).toString('base64');
    await ask(page, { do: 'put_bytes', token, base64 });
  }
  return ask(page, { do: 'attach', incident, token, file: { media_type: 'image/jpeg', title } });
}

/** Syncs to the end; the state in which it ended. */
export async function sync(page, originals = true) {
  await page.evaluate(() => window.events.splice(0));
  await waitIdle(page);
  await ask(page, { do: 'start_sync', by_officer: true, originals });
  return waitIdle(page);
}

async function waitIdle(page) {
  for (;;) {
    const state = await ask(page, { do: 'sync_state' });
    if (!state.running) return state;
    await page.waitForTimeout(100);
  }
}
