// What the bench does with the phone: enrol it, start it from cold, ride a day, report, look at the map.

import { ask, at, by, open } from './handset.mjs';

const PLACE = { lat: 43.95, lon: 116.07, ms: 0 };
const SETS_OUT = [
  '[data-testid=start]',
  'label:has(input[value=horse])',
  '[data-testid=start-now]:not([disabled])',
];

/** Enrols, hands over until registries, zones and colleagues are here, and waits for the service worker. */
export async function enrolled(context, code) {
  const page = await open(context, '');
  await page.fill('#code', code);
  await page.fill('#name', '测量用的手机');
  await by(page, 'enrol').tap();
  await by(page, 'start').waitFor();
  for (let tries = 0; ; tries += 1) {
    await ask(page, [{ do: 'start_sync', by_officer: true }]);
    await page.waitForFunction(async () => !(await window.bench.ask([{ do: 'sync_state' }]))[0].ok.running);
    const [categories, zones, team] = await ask(page, [
      { do: 'categories' },
      { do: 'zones' },
      { do: 'team' },
    ]);
    const known = [categories, zones, team].map(({ ok }) => ok.length);
    if (known.every((count) => count > 0)) break;
    if (tries === 10)
      throw new Error(`after ten syncs the phone knows ${known} categories, zones, colleagues`);
    await page.waitForTimeout(500);
  }
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => null));
  await page.waitForFunction(async () => (await caches.keys()).length > 0);
  return page;
}

/** From a fresh browser to a new patrol whose first fix is durable; the officer's own time is not in it. */
export async function setsOut(context) {
  const page = await open(
    context,
    '',
    ([place, taps]) => {
      window.bench.stand(place);
      window.bench.tap(taps);
    },
    [PLACE, SETS_OUT],
  );
  return firstFix(page);
}

/** From a fresh browser to the first fix, of the time `ms`, of the patrol that a kill cut off. */
export async function goesOn(context, ms) {
  const page = await open(context, '', (place) => window.bench.stand(place), { ...PLACE, ms });
  return firstFix(page);
}

async function firstFix(page) {
  const first = await page.waitForFunction(
    () => window.bench.measured.answered.find(({ verb, ok }) => verb === 'deliver' && ok)?.until,
  );
  return { page, ms: await first.jsonValue() };
}

/** Stops the patrol that goes on. */
export async function comesHome(page) {
  await ask(page, [{ do: 'stop_patrol' }]);
}

/** Hands fixes over as an import does: three hundred at a time. */
export async function imports(page, places) {
  for (let n = 0; n < places.length; n += 300) {
    const fixes = places.slice(n, n + 300).map(({ lat, lon, ms }) => ({ time_ms: ms, lat, lon, acc_m: 5 }));
    const [{ error }] = await ask(page, [{ do: 'deliver_batch', fixes }]);
    if (error) throw new Error(error.message);
  }
}

/** Rides through `places` with the recording page open; every fix is durable and shown before the next comes. */
export async function rides(page, places, said = () => {}) {
  await at(page, '#/home');
  const from = Date.now();
  for (let n = 0; n < places.length; n += 1_000) {
    await page.evaluate((part) => window.bench.ride(part), places.slice(n, n + 1_000));
    said(`${Math.min(n + 1_000, places.length)} fixes in ${Math.round((Date.now() - from) / 1000)} s`);
  }
  const [{ ok: recording }] = await ask(page, [{ do: 'recording' }]);
  return recording.fixes;
}
