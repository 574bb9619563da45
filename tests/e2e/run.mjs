// From the saddle to the desk, with nothing in between replaced: a fresh centre, two phones, a browser.
//
//   npm ci && npm test
//
// Needs the programs `tala`, `tala-server` and `tala-fixtures` (TALA_BIN_DIR, default target/debug) and Chromium
// (TALA_CHROMIUM, default /usr/bin/chromium). Ends with a line `N passed, N failed` and exit 1 if any failed.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { dress, faults } from './accessibility.mjs';
import { folder, people, startCentre } from './centre.mjs';
import { openGroupByKeyboard, walkByKeyboard } from './keyboard.mjs';
import { phone, photo, ride } from './phone.mjs';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PATROL = '端到端骑警巡逻';
const INCIDENT = '端到端新开垦地块';
const NEIGHBOUR = '端到端旁边的地块';
const PLACE = [43.845, 116.47];

let passed = 0;
let failed = 0;
const open = [];

/** One step. Later steps stand on earlier ones, so the first failure ends the walk. */
async function step(name, work) {
  try {
    const result = await work();
    passed += 1;
    console.log(`ok      ${name}`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack ?? error}\n${error.stderr ?? ''}`);
    for (const page of open) {
      const file = join(folder, `failed-${open.indexOf(page)}.png`);
      await page.screenshot({ path: file }).catch(() => {});
    }
    throw error;
  }
}

/** A page that knows whether it was loaded again. */
async function signedIn(browser, url, path, password) {
  // A new browser has stored no language and so speaks zh-CN.
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  open.push(page);
  await page.goto(path);
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

async function walk(centre, browser) {
  const { batu, chenyu } = people();
  const password = centre.password('duty.league');
  const [first, second] = [phone('batu'), phone('chenyu')];

  await step('two phones are enrolled by one-time codes', async () => {
    first.tala('enrol', centre.code(batu, 'batu'), '--name', 'batu');
    second.tala('enrol', centre.code(chenyu, 'chenyu'), '--name', 'chenyu');
  });

  const [map, list] = await step('a duty officer signs in at the map and at the list', async () => [
    await signedIn(browser, centre.url, '/map', password),
    await signedIn(browser, centre.url, '/incidents', password),
  ]);

  await step('a patrol is recorded without signal, and nobody at the desk knows of it', async () => {
    first.tala('patrol', 'start', '--title', PATROL, '--transport', 'horse');
    const recorded = first.tala('record', ride('ride', 660, PLACE));
    assert.equal(recorded.fixes, 660);
    await map.waitForTimeout(1_000);
    assert.equal(await map.getByText(PATROL).count(), 0);
  });

  await step('after a sync the patrol is on the live map, without a reload', async () => {
    await first.sync();
    await map.getByText(PATROL).first().waitFor();
    await map.waitForSelector('[data-testid=map][data-ready=true]', { timeout: 60_000 });
    const track = await tracks(map);
    assert.ok(track >= 660, `the centre shows ${track} positions of the track`);
    await wasNotReloaded(map);
  });

  const picture = photo(4_007, 'reclamation');
  const report = await step('an incident with a photo appears in the list, without a reload', async () => {
    const at = PLACE.join(',');
    const fields = ['--category', '1', '--title', INCIDENT, '--severity', 'medium', '--at', at];
    const reported = first.tala('report', ...fields, '--photo', picture);
    assert.equal(await list.getByText(INCIDENT).count(), 0);
    await first.sync();
    await list.locator('[data-testid=incident-row]', { hasText: INCIDENT }).waitFor();
    await wasNotReloaded(list);
    return reported;
  });

  await step('two officers edit it without signal, each not knowing of the other', async () => {
    await second.sync();
    first.tala('edit', report.incident, '--severity', 'high');
    second.tala('edit', report.incident, '--severity', 'low');
    await first.sync();
    await second.sync();
  });

  await step('the desk shows both values with their authors, without a reload', async () => {
    await list.locator('[data-testid=incident-row]', { hasText: INCIDENT }).click();
    const conflict = list.locator('[data-testid=conflict]').first();
    await conflict.waitFor();
    const text = await conflict.textContent();
    for (const word of ['严重', '一般', batu.name, chenyu.name]) {
      assert.ok(text.includes(word), `${word} is not in: ${text}`);
    }
    await wasNotReloaded(list);
  });

  await step('both phones hold both values as well', async () => {
    await first.sync();
    for (const one of [first, second]) {
      const shown = JSON.stringify(one.tala('show', report.incident));
      assert.ok(shown.includes('conflict'), `${one.name}: ${shown}`);
    }
  });

  await step('the photo opens, and its hash is that of the file', async () => {
    await list.locator('[data-testid=photo-thumb]').first().click();
    const shown = () => document.querySelector('[data-testid=lightbox] img')?.naturalWidth > 0;
    await list.waitForFunction(shown);
    const hash = (await list.textContent('[data-testid=lightbox] code')).trim();
    const wanted = createHash('sha256').update(readFileSync(picture)).digest('hex');
    assert.equal(hash.slice(2), wanted);
    await list.keyboard.press('Escape');
  });

  await step('skip link, list, filters and map are reached by keyboard, each with a visible focus', () =>
    walkByKeyboard(map),
  );

  await step('two incidents in one place are one group on the map, which the keyboard opens', async () => {
    const near = PLACE.map((degrees) => (degrees + 0.0005).toFixed(4)).join(',');
    first.tala('report', '--category', '1', '--title', NEIGHBOUR, '--severity', 'high', '--at', near);
    await first.sync();
    await list.locator('[data-testid=incident-row]', { hasText: NEIGHBOUR }).waitFor();
    await openGroupByKeyboard(map);
  });

  await look(map, report.incident);
}

const LOOKS = [
  ['light', 'zh-CN'],
  ['dark', 'zh-CN'],
  ['light', 'en'],
  ['dark', 'en'],
  ['light', 'mn'],
];

/** Axe over every page as a real centre fills it, in every theme and language. */
async function look(page, incident) {
  const patrol = await page.evaluate(async () => (await (await fetch('/api/v1/patrols')).json()).items[0].id);
  const pages = [
    ['/map', '[data-testid=patrol-row]'],
    ['/incidents', '[data-testid=incident-row]'],
    [`/incidents/${incident}`, '[data-testid=conflict]'],
    ['/patrols', '[data-testid=patrol-row]'],
    [`/patrols/${patrol}`, '[data-testid=patrol-detail]'],
    ['/nowhere', '.state'],
  ];
  await step('axe can fail: a picture without words is found', async () => {
    await page.evaluate(() => document.body.append(document.createElement('img')));
    const found = await faults(page);
    assert.ok(
      found.some((one) => one.startsWith('image-alt')),
      String(found),
    );
  });
  for (const [theme, locale] of LOOKS) {
    await step(`axe finds nothing serious on ${pages.length + 1} pages (${theme}, ${locale})`, async () => {
      await dress(page, theme, locale);
      for (const [path, ready] of pages) {
        await page.goto(path);
        await page.waitForSelector(ready);
        assert.deepEqual(await faults(page), [], path);
      }
      await signInFaults(page);
    });
  }
}

/** The sign-in page has the same origin and thus the same theme and language, and no session. */
async function signInFaults(page) {
  const blank = await page.context().newPage();
  await blank.route('**/api/v1/session', (route) => route.fulfill({ status: 401, body: '{}' }));
  await blank.goto('/map');
  await blank.waitForSelector('#login');
  assert.deepEqual(await faults(blank), [], 'sign-in');
  await blank.close();
}

/** Positions of every track that the centre shows to this reader. */
async function tracks(page) {
  return page.evaluate(async () => {
    const tracks = await (await fetch('/api/v1/tracks')).json();
    const lines = tracks.features.filter((feature) => feature.properties.kind === 'track');
    return lines.reduce((sum, line) => sum + line.geometry.coordinates.length, 0);
  });
}

let centre;
let browser;
try {
  centre = await startCentre();
  browser = await chromium.launch({
    executablePath: process.env.TALA_CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
  });
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
