// Incidents: three taps a hundred times while the ride goes on, and the list of all of them.

import { median, quantile, round } from './figures.mjs';
import { ask, at } from './handset.mjs';

const THUMB_MS = 300;
const OPENINGS = 9;
/** A slower save is told of with what went on beside it. */
const SLOW_MS = 40;

/** Saves `count` incidents with a photo, by taps, with a fix every second. Times from the third tap, ms. */
export async function savesByTaps(page, count, places, said) {
  const saved = [];
  // The page to which each report goes back: not the map, which would be drawn anew in software every time.
  await at(page, '#/tasks');
  await page.evaluate((ride) => {
    let n = 0;
    window.riding = setInterval(() => {
      window.bench.feed({ ...ride[n % ride.length], ms: Date.now() });
      n += 1;
    }, 1_000);
  }, places);
  for (let n = 0; n < count; n += 1) {
    saved.push(await page.evaluate((pause) => window.bench.report(pause), THUMB_MS));
    const { durable, beside } = saved[n];
    if (durable > SLOW_MS) said(`report ${n + 1} took ${Math.round(durable)} ms: ${beside.join(', ')}`);
    if (n % 10 === 9) said(`${n + 1} incidents saved`);
  }
  await page.evaluate(() => clearInterval(window.riding));
  const durable = saved.map((one) => one.durable);
  const shown = saved.map((one) => one.shown);
  return {
    p50: round(median(durable)),
    p95: round(quantile(durable, 0.95)),
    worst: round(Math.max(...durable)),
    shown_p95: round(quantile(shown, 0.95)),
  };
}

/** Fills the phone up to `count` incidents. */
export async function fills(page, count) {
  const [{ ok: there }] = await ask(page, [{ do: 'incidents' }]);
  const missing = Math.max(0, count - there.length);
  const reports = Array.from({ length: missing }, (_, n) => ({
    do: 'report',
    incident: {
      category: '1',
      title: `第 ${n} 处`,
      occurred_ms: Date.now() - n * 60_000,
      shape: {
        kind: 'point',
        corners: [{ lat: 43.9 + n / 5_000, lon: 116.0 + (n % 20) / 200 }],
        source: 'gnss',
        acc_m: [5],
      },
    },
  }));
  for (const { error } of await ask(page, reports)) if (error) throw new Error(error.message);
}

/** From the tap on the list until its first rows are drawn; the median of several. */
export async function opensList(page) {
  const times = [];
  for (let n = 0; n < OPENINGS; n += 1) {
    await at(page, '#/tasks');
    await page.evaluate(() => window.bench.quiet());
    times.push(
      await page.evaluate(async () => {
        const tapped = performance.now();
        location.hash = '#/incidents';
        await window.bench.seen('[data-testid=incident-row]');
        return (await window.bench.drawn()) - tapped;
      }),
    );
  }
  return round(median(times), 0);
}
