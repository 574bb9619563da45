// The app without a network, and from one version to the next: the service worker in a real browser, over the pages
// with the fake core and over those with the real one.
//
//   npm run build && npm run build:fake && npm run offline      (in web/field; the module by `cargo xtask wasm`)

import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, target } from './browser.mjs';
import { listed, release } from './builds.mjs';
import { installable } from './installable.mjs';
import { keptPhone, load, throwAway, whole } from './kept-phone.mjs';
import { SCENES } from './scenes.mjs';
import { openSite, openTrap } from './site.mjs';
import { run, step } from './steps.mjs';

const builds = join(target, 'field-offline');
const fake = join(target, 'field-fake');
const real = join(root, 'dist');
let site;
let trap;

const phone = () => keptPhone(site.url, [`--proxy-server=${trap.url}`]);
const mark = (page) => page.evaluate(() => document.querySelector('meta[name=build]')?.content ?? 'A');
const lookForUpdate = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update().catch(() => undefined);
  });

/** Holds until no version is on its way or waits. */
const settled = (page) =>
  page.waitForFunction(async () => {
    const { installing, waiting } = await navigator.serviceWorker.getRegistration();
    return installing === null && waiting === null;
  });

/** Every cache of the app by name, with the paths in it. */
const caches_ = (page) =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const paths = async (name) =>
      (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await paths(name)])));
  });

/** Holds until the page's caches satisfy `test`. */
async function until(page, what, test) {
  for (const end = Date.now() + 45_000; ; ) {
    const now = await caches_(page);
    if (test(now)) return now;
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(now).slice(0, 400)}`);
    await page.waitForTimeout(100);
  }
}

const keptOf = (folder) => `tala-field-${listed(folder).version}`;
const isWhole = (folder) => (now) =>
  (now[keptOf(folder)] ?? []).length >= Object.keys(listed(folder).files).length;

const EVERY = [...new Set(SCENES.map(({ hash }) => hash))];
const FEW = ['#/home', '#/map', '#/hand-over'];

async function opens(hashes, { page, faults }) {
  for (const hash of hashes) {
    await load(page, hash);
    const ready = hash === '#/map' ? '[data-testid=map][data-ready=true]' : 'main > :not(.loading, .error)';
    await page.waitForSelector(ready, { state: 'attached' });
  }
  assert.deepEqual(faults, []);
}

async function firstVisit(it) {
  await step('says that it is whole only when every file is there', async () => {
    site.state.held = (path) => path.endsWith('/icon-512.png');
    await load(it.page, '#/settings');
    await it.page.waitForSelector('[data-testid=kept][data-kept=fetching]');
    await until(it.page, 'all but one', (now) => (now[keptOf(fake)] ?? []).length > 20);
    assert.equal(await it.page.getAttribute('[data-testid=kept]', 'data-kept'), 'fetching');
    site.go();
    await whole(it.page);
    const kept = (await caches_(it.page))[keptOf(fake)];
    const wanted = Object.keys(listed(fake).files).map((path) => `/field/${path}`);
    assert.deepEqual(kept.sort(), wanted.sort());
  });
  await step('can be installed, and its parts keep the content policy of the centre', () => installable(it));
}

async function offline(it) {
  await step('keeps nothing of the centre and leaves ranges alone', async () => {
    const said = await it.page.evaluate(async () => {
      const answer = await (await fetch('/api/v1/probe')).json();
      const headers = { Range: 'bytes=0-6' };
      const part = await fetch('/basemap.pmtiles', { headers });
      return [answer.secret, part.status, await part.text()];
    });
    assert.deepEqual(said, ['of the centre', 206, 'PMTiles']);
    const paths = Object.values(await caches_(it.page)).flat();
    assert.deepEqual(
      paths.filter((path) => path.startsWith('/api') || path.includes('pmtiles')),
      [],
    );
  });
  await step('opens every page without a network', async () => {
    await site.down();
    await opens(EVERY, it);
    await load(it.page, '#/home', 'locked');
    await it.page.waitForSelector('main > :not(.loading, .error)');
    console.log(`        ${EVERY.length} pages`);
  });
  await step('starts cold without a network', async () => {
    await it.again();
    await load(it.page, '#/home');
    assert.equal(await it.page.getAttribute('[data-testid=state]', 'data-state'), 'recording');
  });
}

async function updates(it) {
  const [b, c] = ['B', 'C'].map((name) => release(fake, join(builds, name), name));
  await step('fetches a new version beside the one that records, and does not swap it in', async () => {
    site.state.folder = b;
    await site.up();
    await load(it.page, '#/home');
    await lookForUpdate(it.page);
    await it.page.waitForSelector('[data-testid=update]');
    assert.equal(await it.page.locator('[data-testid=restart]').count(), 0);
    assert.equal(await mark(it.page), 'A');
    // A part of A that was not yet loaded, and that the centre no longer has.
    await it.page.evaluate(() => (location.hash = '#/hand-over'));
    await it.page.waitForSelector('[data-testid=sync-now]');
    await load(it.page, '#/home');
    assert.equal(await mark(it.page), 'A');
  });
  await step('takes it at the word of an officer who is not on patrol', async () => {
    site.asked();
    await load(it.page, '#/home', 'idle');
    await it.page.locator('[data-testid=restart]').tap();
    await it.page.waitForSelector('meta[name=build][content=B]', { state: 'attached' });
    await until(it.page, 'A is gone', (now) => isWhole(b)(now) && !(keptOf(fake) in now));
  });
  await step('stays whole where the next version is cut off', async () => {
    site.state.folder = c;
    site.state.cut = (path) => path.includes('/field-view-');
    await lookForUpdate(it.page);
    await until(it.page, 'begun', (now) => (now[keptOf(c)] ?? []).length > 40);
    await settled(it.page);
    await site.down();
    await opens(FEW, it);
    assert.equal(await mark(it.page), 'B');
  });
  await step('goes on with it where it was cut off, and takes it at the next cold start', async () => {
    const there = new Set((await caches_(it.page))[keptOf(c)]);
    site.state.cut = () => false;
    await site.up();
    site.asked();
    await lookForUpdate(it.page);
    await until(it.page, 'whole', isWhole(c));
    const twice = site.asked().filter((path) => there.has(path));
    assert.deepEqual(twice, []);
    await it.page.waitForFunction(
      async () => (await navigator.serviceWorker.getRegistration()).waiting !== null,
    );
    await site.down();
    await it.again();
    await load(it.page, '#/home');
    assert.equal(await mark(it.page), 'C');
    await until(it.page, 'B is gone', (now) => !(keptOf(b) in now));
  });
}

async function mishaps(it) {
  const broken = release(fake, join(builds, 'D'), 'D', { broken: true });
  const mended = release(fake, join(builds, 'E'), 'E');
  await step('lets nothing in that a captive portal says', async () => {
    site.state.folder = broken;
    await site.up();
    // First instead of everything, then instead of the files of a version whose worker came through.
    for (const portal of [() => true, (path) => !path.endsWith('/sw.js')]) {
      site.state.portal = portal;
      await lookForUpdate(it.page);
      await settled(it.page);
      const let_in = (await caches_(it.page))[keptOf(broken)] ?? [];
      assert.deepEqual(
        let_in.filter((path) => !/\.(css|woff2|png|svg|webmanifest)$/.test(path)),
        [],
      );
    }
    site.state.portal = () => false;
    await load(it.page, '#/home');
    assert.equal(await mark(it.page), 'C');
  });
  await step('falls back after two tries from a version that does not start', async () => {
    await lookForUpdate(it.page);
    await load(it.page, '#/home', 'idle');
    await it.page.locator('[data-testid=restart]').tap();
    await it.page.waitForSelector('meta[name=build][content=D]', { state: 'attached' });
    await it.page.waitForTimeout(300);
    await it.page.goto('/field/?fake=idle&second#/home');
    assert.equal(await mark(it.page), 'D');
    await it.page.goto('/field/?fake=idle&third#/home');
    await it.page.waitForSelector('[data-testid=update-failed]');
    assert.equal(await mark(it.page), 'C');
    await site.down();
    it.faults.splice(0);
    await opens(FEW, it);
    assert.equal(await mark(it.page), 'C');
  });
  await step('and takes the one that mends it', async () => {
    site.state.folder = mended;
    await site.up();
    await load(it.page, '#/home', 'idle');
    await lookForUpdate(it.page);
    await it.page.locator('[data-testid=restart]').tap();
    await it.page.waitForSelector('meta[name=build][content=E]', { state: 'attached' });
    await until(it.page, 'only E is kept', (now) => {
      const names = Object.keys(now).filter((name) => name.startsWith('tala-field-'));
      return names.length === 1 && names[0] === keptOf(mended);
    });
    assert.equal(await it.page.locator('[data-testid=update-failed]').count(), 0);
  });
}

async function noSpace() {
  const it = await phone();
  await step('says that a full phone does not keep it, and runs all the same', async () => {
    const session = await it.context.newCDPSession(it.page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize: 300_000 });
    await load(it.page, '#/settings');
    await it.page.waitForSelector('[data-testid=kept][data-kept=full]');
    assert.deepEqual(
      Object.keys(await caches_(it.page)).filter((name) => name.startsWith('tala-field-')),
      [],
    );
  });
  await it.end();
}

async function withTheCore() {
  site.state.folder = real;
  const it = await phone();
  await step(
    'with the real core: the module too is there without a network, after a cold start',
    async () => {
      await it.page.goto('/field/');
      await whole(it.page);
      assert.ok(isWhole(real)(await caches_(it.page)));
      await site.down();
      await it.again();
      await it.page.goto('/field/');
      await it.page.waitForSelector('[data-testid=enrol]');
      assert.deepEqual(it.faults, []);
      await site.up();
    },
  );
  await it.end();
}

async function walk() {
  for (const folder of [fake, real]) {
    if (!existsSync(join(folder, 'sw.js'))) throw new Error(`${folder} is not built`);
  }
  trap = await openTrap();
  site = await openSite(fake, Buffer.from('PMTiles and more'));
  const it = await phone();
  await firstVisit(it);
  await offline(it);
  await updates(it);
  await mishaps(it);
  await it.end();
  await noSpace();
  await withTheCore();
  await step('asked no other origin for anything', async () => {
    assert.deepEqual(trap.ofPages(), []);
    const it = await phone();
    await it.page.goto('http://elsewhere.example/').catch(() => undefined);
    assert.deepEqual(trap.ofPages(), ['http://elsewhere.example/']);
  });
}

await run('offline', walk, async () => {
  await throwAway();
  site?.stop();
  trap?.stop();
  rmSync(builds, { recursive: true, force: true });
});
