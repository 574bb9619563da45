// The officer's pages over the real core in a real browser, against a real centre and its desk: without signal from
// the start, killed in mid-patrol, and back.
//
//   npm ci && npm run test:field
//
// Needs what run.mjs needs, and the field app built over its module (`cargo xtask wasm`, `npm run build` in web).

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

process.env.TALA_RUN_DIR ??= new URL('../../target/e2e-field', import.meta.url).pathname;
const { folder, people, startCentre } = await import('./centre.mjs');
const {
  asked,
  at,
  by,
  counted,
  executablePath,
  FLAGS,
  fresh,
  handsOver,
  open,
  places,
  rides,
  startPhone,
  strange,
} = await import('./officer.mjs');
const { keepsTheMap, locks, mayNotLeave, recordsOn, reloads, steppe, takesOver } = await import(
  './phone-edges.mjs'
);

const TITLE_PHONE = '手机上写的标题';
const TITLE_DESK = '指挥中心写的标题';

let passed = 0;
let failed = 0;

async function step(name, work) {
  const start = Date.now();
  try {
    const result = await work();
    passed += 1;
    console.log(`ok      ${name} (${Date.now() - start} ms)`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack ?? error}`);
    for (const [n, page] of open.entries()) {
      await page.screenshot({ path: join(folder, `failed-field-${n}.png`) }).catch(() => {});
    }
    throw error;
  }
}

async function desk(browser, url, password) {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  open.push(page);
  await page.goto('/incidents');
  await page.fill('#login', 'duty.league');
  await page.fill('#password', password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-testid=feed-state][data-state=live]');
  await page.evaluate(() => {
    window.loadedOnce = true;
  });
  return page;
}

const wasNotReloaded = async (page) => assert.equal(await page.evaluate(() => window.loadedOnce), true);
async function setsOut(phone, code, track) {
  const page = await fresh(phone.context, '');
  await step(
    'a phone is enrolled by the pasted code, and knows its categories after the first sync',
    async () => {
      await page.fill('#code', code);
      await page.fill('#name', '巴图的手机');
      await by(page, 'enrol').tap();
      await by(page, 'start').waitFor();
      await handsOver(page);
      await at(page, '#/report');
      await by(page, 'category').first().waitFor();
    },
  );
  await step('the app is whole without a network', async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => null));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await phone.context.setOffline(true);
    await page.goto('/field/#/home');
    await page.reload();
    await by(page, 'start').waitFor();
  });
  await step('a patrol on horseback is recorded without signal', async () => {
    await by(page, 'start').tap();
    await page.locator('label:has(input[value=horse])').tap();
    await by(page, 'start-now').tap();
    await page.waitForSelector('[data-testid=state][data-state=recording]');
    await rides(phone.context, page, track);
    const fixes = await counted(page);
    assert.ok(fixes >= track.length / 2, `${fixes} fixes of ${track.length}`);
  });
  return page;
}

async function reportsInThreeTaps(page) {
  await page.evaluate(() => {
    window.taps = 0;
    const count = (event) => {
      if (event.detail > 0) window.taps += 1;
    };
    addEventListener('click', count, true);
  });
  await by(page, 'category').first().tap();
  await page.waitForSelector('[data-testid=shutter]:not([disabled])');
  await by(page, 'shutter').tap();
  await page.waitForSelector('[data-testid=taken]');
  await by(page, 'save').tap();
  await page.waitForSelector('[data-testid=slip-way]');
  assert.equal(await page.evaluate(() => window.taps), 3);
}

async function killed(phone, page) {
  const before = await counted(page);
  const session = await phone.context.newCDPSession(page);
  session.send('Page.crash').catch(() => {});
  await page.waitForEvent('crash');
  await page.close();
  const again = await fresh(phone.context, '#/home');
  await by(again, 'fixes').waitFor();
  assert.ok((await counted(again)) >= before, `${await counted(again)} fixes after ${before}`);
  // It records on without being asked, and what the screen called saved is whole.
  await recordsOn(phone, again);
  await at(again, '#/incidents');
  await by(again, 'incident-row').first().tap();
  await by(again, 'file').first().waitFor();
  return again;
}

async function deskPatches(page, id, title) {
  const status = await page.evaluate(
    async ([incident, value]) => {
      const seen = await fetch(`/api/v1/incidents/${incident}`);
      const headers = {
        'content-type': 'application/json',
        'if-match': seen.headers.get('etag'),
        'idempotency-key': crypto.randomUUID(),
      };
      const body = JSON.stringify({ fields: { title: value } });
      return (await fetch(`/api/v1/incidents/${incident}`, { method: 'PATCH', headers, body })).status;
    },
    [id, title],
  );
  assert.equal(status, 200);
}

async function conflict(phone, page, list, id) {
  await step('phone and desk write one field, and the officer chooses on the phone', async () => {
    await phone.context.setOffline(true);
    await at(page, `#/incident/${id}`);
    await page.locator('#title').fill(TITLE_PHONE);
    await by(page, 'save-details').tap();
    await page.waitForFunction(() => document.querySelector('[data-testid=save-details]')?.disabled === true);
    await deskPatches(list, id, TITLE_DESK);
    await phone.context.setOffline(false);
    await handsOver(page);
    await at(page, `#/incident/${id}`);
    const both = by(page, 'conflict').first();
    await both.waitFor();
    const text = await both.textContent();
    for (const word of [TITLE_PHONE, TITLE_DESK])
      assert.ok(text.includes(word), `${word} is not in: ${text}`);
    await by(page, 'choose').nth(1).tap();
    await by(page, 'conflict').waitFor({ state: 'detached' });
    await handsOver(page);
    await list.waitForFunction(async (incident) => {
      const detail = await (await fetch(`/api/v1/incidents/${incident}`)).json();
      return detail.fields.every((field) => field.conflicts.length === 0);
    }, id);
  });
}

async function callsForHelp(page, map) {
  await step('a call for help is held, reaches the desk, and its answer is shown with a name', async () => {
    await at(page, '#/sos');
    const box = await by(page, 'sos-hold').boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await by(page, 'sos-state').first().waitFor();
    await page.mouse.up();
    const alert = by(map, 'alert-row').first();
    await alert.waitFor();
    await wasNotReloaded(map);
    await alert.locator('button').last().click();
    await map.waitForFunction(() => document.querySelector('[data-testid=alert-row].taken') !== null);
    await by(page, 'sos-answer').first().waitFor({ timeout: 120_000 });
  });
}

async function walk(centre, browser) {
  const { batu } = people();
  const password = centre.password('duty.league');
  centre.publish('incident-types');
  const track = places();
  const phone = await startPhone(centre.url);
  try {
    const list = await desk(browser, centre.url, password);
    let page = await setsOut(phone, centre.code(batu, 'batu'), track);
    await step('a reload without a network goes on with the patrol', () => reloads(phone, page));
    await step('an incident with a photo is saved in three taps', () => reportsInThreeTaps(page));
    page = await step('the page is killed, and nothing is lost', () => killed(phone, page));
    assert.equal(await by(list, 'incident-row').count(), 0);
    await step('leaving is refused while something has no receipt', () => mayNotLeave(page));
    const id = await step(
      'with the network back the desk has track, incident and photo without a reload',
      async () => {
        await phone.context.setOffline(false);
        await handsOver(page);
        await by(list, 'incident-row').first().waitFor();
        await by(list, 'incident-row').first().click();
        await by(list, 'photo-thumb').first().waitFor();
        await wasNotReloaded(list);
        const held = await list.evaluate(async () => {
          const get = async (path) => (await fetch(`/api/v1/${path}`)).json();
          const incident = (await get('incidents')).items[0].id;
          const evidence = (await get(`incidents/${incident}`)).evidence[0];
          const bytes = await (await fetch(evidence.href)).arrayBuffer();
          const tracks = (await get('tracks')).features.filter((it) => it.properties.kind === 'track');
          const fixes = tracks.reduce((sum, line) => sum + line.geometry.coordinates.length, 0);
          return { incident, hash: evidence.hash, fixes, photo: [...new Uint8Array(bytes)] };
        });
        assert.ok(held.fixes >= track.length / 2, `the desk has ${held.fixes} fixes`);
        const hash = createHash('sha256').update(Buffer.from(held.photo)).digest('hex');
        assert.equal(held.hash.slice(2), hash);
        return held.incident;
      },
    );
    await conflict(phone, page, list, id);
    await callsForHelp(page, list);
    await step('the base map of the centre is kept, and drawn without a network', () =>
      keepsTheMap(phone, page),
    );
    page = await step('a second window says so, takes over, and records on', () => takesOver(phone, page));
    await step('behind the PIN nothing is shown, and it opens again', () => locks(page));
    await step('it can be installed, and nothing was asked of anybody but the centre', async () => {
      const manifest = await page.evaluate(async () => {
        const link = document.querySelector('link[rel=manifest]').href;
        const read = await (await fetch(link)).json();
        const icons = await Promise.all(
          read.icons.map(async (it) => (await fetch(new URL(it.src, link))).ok),
        );
        return { ...read, found: icons.every(Boolean) };
      });
      assert.ok(manifest.found && manifest.icons.some((it) => it.sizes === '512x512'));
      assert.equal(manifest.display, 'standalone');
      assert.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null));
      assert.ok(
        [...asked].some((path) => path.startsWith('/api/v1/device/')),
        'the core asks the centre',
      );
      assert.deepEqual([...strange], []);
    });
  } finally {
    await phone.end();
  }
}

let centre;
let browser;
try {
  centre = await startCentre({ basemap: await steppe() });
  browser = await chromium.launch({ executablePath, args: FLAGS });
  await walk(centre, browser);
} catch (error) {
  if (failed === 0) {
    failed = 1;
    console.log(`FAILED  setting up\n${error.stack ?? error}\n${error.stderr ?? ''}`);
  }
} finally {
  await browser?.close();
  centre?.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
