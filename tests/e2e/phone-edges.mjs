// What happens to a phone besides a patrol: a reload, a second window, a lock, a map for where no signal is.

import assert from 'node:assert/strict';
import { at, by, counted, fresh, places, rides } from './officer.mjs';

const PIN = '280571';

/** A base map of the made-up steppe, as the web workspace plants it. */
export async function steppe() {
  const web = new URL('../../web/', import.meta.url);
  const { runnerImport } = await import(new URL('node_modules/vite/dist/node/index.js', web).href);
  const { pathname } = new URL('shared/src/planted/basemap.ts', web);
  const { module } = await runnerImport(pathname, { configFile: false, root: web.pathname });
  return module.basemapArchive();
}

/** The service worker has the page, the core its store, and the store the patrol, which goes on. */
export async function reloads(phone, page) {
  const before = await counted(page);
  await page.reload();
  await by(page, 'fixes').waitFor();
  assert.ok((await counted(page)) >= before);
  await recordsOn(phone, page);
}

/** Fixes come in without anybody having touched anything. */
export async function recordsOn(phone, page) {
  const there = await counted(page);
  await rides(phone.context, page, places().slice(0, 3));
  await page.waitForFunction(
    (n) => Number(document.querySelector('[data-testid=fixes]').textContent.split('·')[0]) > n,
    there,
  );
}

export async function mayNotLeave(page) {
  await at(page, '#/settings');
  await by(page, 'sign-out-why').waitFor();
  assert.ok(await by(page, 'sign-out').isDisabled());
}

export async function keepsTheMap(phone, page) {
  await at(page, '#/settings');
  await by(page, 'get-all').tap();
  await by(page, 'area-all').locator('progress').waitFor({ state: 'detached' });
  await page.locator('[data-testid=area-all] small').waitFor();
  await phone.context.setOffline(true);
  await page.reload();
  await at(page, '#/map');
  await page.waitForSelector('[data-testid=map][data-ready=true]', { state: 'attached' });
  assert.equal(await page.getByText('没有底图').count(), 0);
  await phone.context.setOffline(false);
}

export async function takesOver(phone, page) {
  const second = await fresh(phone.context, '#/home');
  await second.getByText('另一个窗口').first().waitFor();
  assert.equal(await by(second, 'fixes').count(), 0);
  await second.locator('main button').last().tap();
  await by(second, 'fixes').waitFor();
  await page.locator('main button').last().waitFor();
  assert.equal(await by(page, 'fixes').count(), 0);
  await recordsOn(phone, second);
  await page.close();
  return second;
}

export async function locks(page) {
  await at(page, '#/settings');
  await page.fill('#pin-new', PIN);
  await page.fill('#pin-again', PIN);
  await by(page, 'set-pin').tap();
  await by(page, 'lock-now').tap();
  await by(page, 'lock').waitFor();
  await page.reload();
  await by(page, 'lock').waitFor();
  await at(page, '#/incidents');
  await by(page, 'lock').waitFor();
  assert.equal(await by(page, 'incident-row').count(), 0);
  for (const digit of PIN) await by(page, `key-${digit}`).tap();
  await by(page, 'unlock').tap();
  await by(page, 'incident-row').first().waitFor();
}
