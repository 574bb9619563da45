// The phone of the bench: a browser profile that outlives its browsers, at the size of a phone.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { FLAGS } from '../../../../command/scripts/chromium.mjs';

const INSIDE = fileURLToPath(new URL('inside.js', import.meta.url));
const MEDIA = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=5'];
const MEMORY = ['--enable-precise-memory-info', '--enable-blink-features=ForceEagerMeasureMemory'];

/** `start` opens a fresh browser on the profile; `end` forgets the profile. */
export function handset(url) {
  const profile = mkdtempSync(join(tmpdir(), 'tala-bench-'));
  const start = async () => {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.TALA_CHROMIUM ?? '/usr/bin/chromium',
      args: [...FLAGS, ...MEDIA, ...MEMORY],
      baseURL: url,
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
      locale: 'zh-CN',
      permissions: ['geolocation', 'camera', 'microphone'],
    });
    await context.addInitScript({ path: INSIDE });
    return context;
  };
  return { profile, start, end: () => rmSync(profile, { recursive: true, force: true }) };
}

/** A page of the app, opened. `before` runs in the page before the app, with `given`. */
export async function open(context, hash, before = null, given = null) {
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => process.stderr.write(`page: ${error.message}\n`));
  if (before !== null) await page.addInitScript(before, given);
  await page.goto(`/field/${hash}`);
  return page;
}

export const by = (page, testid) => page.locator(`[data-testid=${testid}]`);
export const at = (page, hash) => page.evaluate((it) => (location.hash = it), hash);

/** Asks the core past the pages, as any page may. */
export async function ask(page, messages) {
  return page.evaluate((all) => window.bench.ask(all), messages);
}
