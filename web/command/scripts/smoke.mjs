// Walks the built page on the mock server as a duty officer would: signs in, sees an incident arrive without a
// reload, moves by keyboard, settles a conflict, opens a photo, filters by URL, signs out. Exit 1 on the first fault.
//
//   npm run build && npm run smoke

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { FLAGS } from './chromium.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const server = await preview({ root, mode: 'mock', preview: { port: 0 }, logLevel: 'error' });
const base = server.resolvedUrls.local[0].replace(/\/$/, '');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS,
});
const page = await browser.newPage({
  baseURL: base,
  viewport: { width: 1280, height: 720 },
  reducedMotion: 'reduce',
});
page.setDefaultTimeout(30_000);
const faults = [];
page.on('pageerror', (error) => faults.push(String(error)));
page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
const step = (text) => console.log(`ok  ${text}`);
const rows = page.locator('[data-testid=incident-row]');
const incident = (0x3000).toString(16).padStart(32, 'b');

const first = await page.goto('/incidents');
assert.match(first.headers()['content-security-policy'], /default-src 'none'/);
await page.fill('#login', '110234');
await page.fill('#password', 'right');
await page.keyboard.press('Enter');
await rows.first().waitFor();
faults.splice(0); // The first question for a session is answered 401, which the browser reports by itself.
step('signs in and lands on the page that was asked for');

await page.waitForSelector('[data-testid=feed-state][data-state=live]');
const before = await rows.count();
await page.evaluate(() => fetch('/api/v1/mock/incident', { method: 'POST' }));
await page.waitForFunction(
  (n) => document.querySelectorAll('[data-testid=incident-row]').length === n,
  before + 1,
);
assert.match(await page.textContent('[data-testid=spoken]'), /^新事件：/);
step('a new incident arrives without a reload and is said aloud');

await page.evaluate(() => fetch('/api/v1/mock/alert/zone', { method: 'POST' }));
await page.evaluate(() => fetch('/api/v1/mock/sos', { method: 'POST' }));
const alerts = page.locator('[data-testid=alert-row]');
await alerts.nth(1).waitFor();
assert.match(await alerts.first().textContent(), /^\s*求助：/);
await alerts.first().locator('[data-testid=alert-ack]').click();
await page.getByText('王建国 已确认').waitFor();
assert.match(await page.title(), /^\(求助\)/);
step('a call for help stands above every page, before the other alerts, and is acknowledged');

await page.keyboard.press('j');
await page.keyboard.press('j');
await page.keyboard.press('k');
await page.keyboard.press('Enter');
await page.waitForSelector('[data-testid=incident-detail]');
assert.equal(new URL(page.url()).pathname.split('/').length, 3);
await page.keyboard.press('Escape');
assert.equal(new URL(page.url()).pathname, '/incidents');
step('j, k, Enter and Escape move through the list');

await page.keyboard.press('/');
await page.keyboard.type('铁丝套');
await page.waitForFunction(() => location.search.includes('q='));
await page.waitForFunction(
  (n) =>
    document.querySelectorAll('[data-testid=incident-row]').length < n &&
    document.querySelector('[data-testid=incident-row]'),
  before,
);
await page.reload();
await rows.first().waitFor();
assert.equal(await page.inputValue('input[type=search]'), '铁丝套');
step('a search is in the URL and survives a reload');

await page.goto(`/incidents/${incident}`);
const conflicts = page.locator('[data-testid=conflict]');
await conflicts.first().waitFor();
assert.equal(await conflicts.count(), 2);
await conflicts.first().locator('button').nth(1).click();
await page.waitForFunction(() => document.querySelectorAll('[data-testid=conflict]').length === 1);
assert.equal(await page.textContent('[data-testid=incident-detail] h2'), '草场被翻耕，疑似开垦');
step('a conflict is settled and the chosen value shown');

await page.locator('[data-testid=photo-thumb]').first().click();
await page.waitForFunction(() => document.querySelector('[data-testid=lightbox] img')?.naturalWidth > 0);
assert.match(await page.textContent('[data-testid=lightbox] code'), /^[0-9a-f]{66}$/);
await page.keyboard.press('Escape');
step('a photo opens with its hash');

await page.keyboard.press('g');
await page.keyboard.press('m');
await page.waitForSelector('[data-testid=map][data-ready=true]');
assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
await page.keyboard.press('j');
await page.keyboard.press('Enter');
await page.getByText('最后位置').first().waitFor();
step('the map opens by keyboard and its list selects a patrol');

await page.keyboard.press('Escape');
await page.locator('[aria-label="显示全部"]').click();
const groups = page.locator('[data-testid=map-group]');
await groups.first().waitFor({ state: 'attached' });
await page.locator('.maplibregl-canvas').focus();
await page.keyboard.press('Tab');
const holding = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
assert.match(await holding(), /聚在一处/);
await page.keyboard.press('End');
const last = await holding();
await page.keyboard.press('Enter');
await page.waitForFunction((name) => {
  const names = [...document.querySelectorAll('[data-testid=map-group]')].map((one) => one.ariaLabel);
  return !names.includes(name);
}, last);
assert.equal(await page.evaluate(() => document.activeElement?.closest('[data-testid=map]') !== null), true);
step('a group on the map is reached by the tab key and opened by Enter; the focus stays on the map');

await page.locator('[data-testid=account-button]').click();
await page.locator('input[name=theme][value=dark]').check({ force: true });
assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
await page.locator('input[name=locale][value=en]').check({ force: true });
assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
await page.waitForTimeout(500);
step('theme and language change in place');

const download = page.waitForEvent('download');
await page.goto(`/patrols/${(0x7000).toString(16).padStart(32, 'a')}`);
await page.getByText('Download GPX').click();
assert.match((await download).suggestedFilename(), /gpx/);
step('a track is saved as GPX');

assert.deepEqual(faults, []);
await page.locator('[data-testid=account-button]').click();
await page.getByText('Sign out').click();
await page.waitForSelector('[data-testid=login-form]');
step('signs out');

await browser.close();
await server.close();
process.exit(0);
