// An officer's phone in a real browser: its profile outlives its pages, its place is that of a recorded ride.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--disable-background-networking',
];
export const executablePath = process.env.TALA_CHROMIUM ?? '/usr/bin/chromium';
const FIXES = 16;
const PATIENCE_MS = 60_000;
/** Every page that was opened, for pictures of a failure. */
export const open = [];
/** Origins that were asked and are not the centre's. */
export const strange = new Set();
/** Paths of the centre that were asked: what shows that requests are seen at all. */
export const asked = new Set();

export const by = (page, testid) => page.locator(`[data-testid=${testid}]`);
export const at = (page, hash) =>
  page.evaluate((it) => {
    location.hash = it;
  }, hash);

/** Places of a track that somebody really recorded, where one is at hand; else of our own rider. */
export function places() {
  const named = process.env.TALA_TRACKS;
  const files = named ? readdirSync(named).filter((name) => name.endsWith('.gpx')) : [];
  const path = files.length > 0 ? join(named, files.sort()[0]) : null;
  const text = path === null ? '' : readFileSync(path, 'utf8');
  const found = [...text.matchAll(/<trkpt\s+lat="([^"]+)"\s+lon="([^"]+)"/g)];
  const track = found.map(([, lat, lon]) => ({ latitude: Number(lat), longitude: Number(lon) }));
  const fallback = Array.from({ length: FIXES * 4 }, (_, n) => ({
    latitude: 43.95 + n * 0.0001,
    longitude: 116.07 + n * 0.0002,
  }));
  // Every fourth: a second apart they are as far as a horse trots.
  const used = track.length >= FIXES * 4 ? track : fallback;
  return used.slice(0, FIXES * 4).filter((_, n) => n % 4 === 0);
}

/** A phone: a browser profile that outlives its pages. */
export async function startPhone(url) {
  const profile = mkdtempSync(join(tmpdir(), 'tala-field-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: FLAGS,
    baseURL: url,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    locale: 'zh-CN',
    permissions: ['geolocation', 'camera', 'microphone'],
    geolocation: { ...places()[0], accuracy: 6 },
  });
  context.on('request', (request) => {
    const { origin, pathname, protocol } = new URL(request.url());
    if (origin === new URL(url).origin) asked.add(pathname);
    else if (/^https?:$/.test(protocol)) strange.add(origin);
  });
  return {
    context,
    end: () => context.close().finally(() => rmSync(profile, { recursive: true, force: true })),
  };
}

export async function fresh(context, hash) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  open.push(page);
  page.on('pageerror', (error) => console.log(`        page: ${error.message}`));
  await page.goto(`/field/${hash}`);
  return page;
}

export const counted = async (page) =>
  Number((await by(page, 'fixes').textContent()).split('·')[0].replace(/\D/g, ''));

export async function rides(context, page, track) {
  for (const place of track) {
    await context.setGeolocation({ ...place, accuracy: 6 });
    await page.waitForTimeout(1_100);
  }
}

/** Hands over from the page that says what is safe, until nothing of its own is left on the phone. */
export async function handsOver(page) {
  await at(page, '#/hand-over');
  await by(page, 'sync-now').waitFor();
  for (let tries = 0; ; tries += 1) {
    await page.waitForFunction(() => document.querySelector('[data-testid=sync-now]')?.disabled === false);
    await by(page, 'sync-now').tap();
    const safe = page.waitForFunction(
      () =>
        document.querySelector('[data-testid=hand-state].safe') !== null &&
        document.querySelector('[data-testid=sync-now]') !== null,
      null,
      { timeout: 4_000 },
    );
    if (
      await safe.then(
        () => true,
        () => false,
      )
    )
      return;
    assert.ok(tries < 12, 'something is still on the phone');
  }
}
