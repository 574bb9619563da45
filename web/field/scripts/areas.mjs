// The base map by areas: fetched with its size and progress shown, stopped, gone on with, drawn without a network,
// replaced by a newer edition, removed.
//
//   npm run build:fake -w field && npm run areas -w field

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { root, target } from './browser.mjs';
import { keptPhone, load, throwAway, whole } from './kept-phone.mjs';
import { openSite } from './site.mjs';
import { run, step } from './steps.mjs';

const BLOCK_BYTES = 256 * 1024;
const fake = join(target, 'field-fake');
let site;

/** The made-up steppe, as the demo's centre serves it. */
async function steppe() {
  const source = join(root, '../shared/src/planted/basemap.ts');
  const { module } = await runnerImport(source, { configFile: false, root });
  return Buffer.from(module.basemapArchive());
}

const by = (page, testid) => page.locator(`[data-testid=${testid}]`);
const settings = (it) => load(it.page, '#/settings', 'idle');
const ranges = () =>
  site.requests.splice(0).flatMap(({ path, range }) => (path.endsWith('.pmtiles') ? [range] : []));
const range = (block, size) =>
  `bytes=${block * BLOCK_BYTES}-${Math.min((block + 1) * BLOCK_BYTES, size) - 1}`;

/** Names and lengths of what is kept of the base map. */
const kept = (page) =>
  page.evaluate(async () => {
    const cache = await caches.open('tala-basemap');
    const requests = (await cache.keys()).filter(({ url }) => !url.endsWith('.json'));
    const length = async (request) => (await (await cache.match(request)).arrayBuffer()).byteLength;
    return Promise.all(requests.map(async (one) => [new URL(one.url).pathname, await length(one)]));
  });
const bytesOf = (list) => list.reduce((sum, [, length]) => sum + length, 0);

/** The map as it is seen, as a PNG. */
async function picture(it) {
  await load(it.page, '#/map', 'idle');
  await it.page.waitForSelector('[data-testid=map][data-ready=true]', { state: 'attached' });
  await it.page.waitForTimeout(1_500);
  return (await by(it.page, 'map').screenshot()).toString('base64');
}

/** Which part of two pictures differs, 0 to 1. */
const difference = (page, one, other) =>
  page.evaluate(
    async (both) => {
      const [a, b] = await Promise.all(
        both.map(async (base64) => {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
          const canvas = new OffscreenCanvas(bitmap.width, Math.min(bitmap.height, 400)).getContext('2d');
          canvas.drawImage(bitmap, 0, 0);
          return canvas.getImageData(0, 0, canvas.canvas.width, canvas.canvas.height).data;
        }),
      );
      let differ = 0;
      for (let at = 0; at < a.length; at += 4) {
        if ([0, 1, 2].some((part) => Math.abs(a[at + part] - b[at + part]) > 8)) differ += 1;
      }
      return differ / (a.length / 4);
    },
    [one, other],
  );

async function fetched(it, size) {
  await step('says before how large it is and how much room there is', async () => {
    assert.match(await by(it.page, 'get-near').textContent(), new RegExp(`${Math.round(size / 1000)} kB`));
    assert.match(await by(it.page, 'area-free').textContent(), /\d MB/);
  });
  await step('shows how far it is, and stops when told', async () => {
    site.state.held = (_path, asked) => asked === range(1, size);
    await by(it.page, 'get-near').tap();
    const shown = `${Math.round(BLOCK_BYTES / 1000)} kB / ${Math.round(size / 1000)} kB`;
    await by(it.page, 'area-progress').getByText(shown).waitFor();
    await by(it.page, 'area-cancel').tap();
    await by(it.page, 'area-near').getByText('没下完').waitFor();
    site.go();
    assert.equal(bytesOf(await kept(it.page)), BLOCK_BYTES);
  });
  await step('goes on after a restart with what is missing', async () => {
    await it.again();
    await settings(it);
    await by(it.page, 'get-near').getByText('接着下载').waitFor();
    site.requests.splice(0);
    await by(it.page, 'get-near').tap();
    await by(it.page, 'area-near').getByText('已存').waitFor();
    assert.equal(bytesOf(await kept(it.page)), size);
    assert.deepEqual(ranges(), [range(1, size)]);
  });
}

async function drawn(it) {
  const online = await picture(it);
  await step('is drawn without a network as with one', async () => {
    await site.down();
    await it.again();
    const offline = await picture(it);
    const differ = await difference(it.page, online, offline);
    assert.ok(differ < 0.02, `${differ} of the map is drawn otherwise`);
    await site.up();
  });
  return online;
}

async function newer(it, size) {
  await step('keeps the map it has while a newer edition comes', async () => {
    site.state.edition = '"2"';
    await settings(it);
    await by(it.page, 'area-older').waitFor();
    site.state.held = (_path, asked) => asked === range(1, size);
    await by(it.page, 'get-near').tap();
    await by(it.page, 'area-progress')
      .getByText(`${Math.round(BLOCK_BYTES / 1000)} kB /`)
      .waitFor();
    await site.down();
    await by(it.page, 'area-near').getByText('已存').waitFor();
    assert.equal(bytesOf(await kept(it.page)), size + BLOCK_BYTES);
    site.go();
    await site.up();
  });
  await step('and then only the newer one', async () => {
    await settings(it);
    await by(it.page, 'get-near').getByText('接着下载').tap();
    await it.page.waitForFunction(() => document.querySelector('[data-testid=area-older]') === null);
    await by(it.page, 'area-near').getByText('已存').waitFor();
    const list = await kept(it.page);
    assert.equal(bytesOf(list), size);
    assert.ok(list.every(([name]) => decodeURIComponent(name).includes('"2"')));
  });
}

async function removed(it, online) {
  await step('is gone when removed, and the map is paper without a network', async () => {
    await by(it.page, 'drop-near').tap();
    await by(it.page, 'get-near').waitFor();
    assert.deepEqual(await kept(it.page), []);
    await site.down();
    const paper = await picture(it);
    const differ = await difference(it.page, online, paper);
    assert.ok(differ > 0.1, `only ${differ} of the map is drawn otherwise`);
    await site.up();
  });
  await step('says where there is no room for it', async () => {
    await settings(it);
    const session = await it.context.newCDPSession(it.page);
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin: site.url });
    const quotaSize = usage + 1_000;
    await session.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize });
    await by(it.page, 'get-near').tap();
    await by(it.page, 'slip').getByText('空间').waitFor();
    await by(it.page, 'area-near').getByText('没下完').waitFor();
  });
}

async function walk() {
  if (!existsSync(join(fake, 'sw.js'))) throw new Error('run `npm run build:fake` first');
  const archive = await steppe();
  assert.ok(archive.length > BLOCK_BYTES && archive.length < 2 * BLOCK_BYTES, 'two blocks');
  site = await openSite(fake, archive);
  const it = await keptPhone(site.url);
  await settings(it);
  await whole(it.page);
  await fetched(it, archive.length);
  const online = await drawn(it);
  await newer(it, archive.length);
  await removed(it, online);
}

await run('areas', walk, async () => {
  await throwAway();
  site?.stop();
});
