// A phone with a browser that keeps what it is given: caches, worker, storage outlive a restart.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, phoneOn } from './browser.mjs';

const profiles = [];
const open = new Set();

/** A new phone at an origin; `again` starts its browser anew, `end` shuts it. */
export async function keptPhone(baseURL, args = []) {
  const profile = mkdtempSync(join(tmpdir(), 'tala-phone-'));
  profiles.push(profile);
  const start = async () => {
    const context = await phoneOn(profile, { baseURL, args });
    open.add(context);
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(45_000);
    return { context, page, faults: listen(page) };
  };
  const it = await start();
  it.end = async () => {
    open.delete(it.context);
    await it.context.close();
  };
  it.again = async () => {
    await it.end();
    Object.assign(it, await start());
  };
  return it;
}

/** Shuts every phone and throws away what it kept. */
export async function throwAway() {
  for (const context of open) await context.close().catch(() => undefined);
  for (const profile of profiles) rmSync(profile, { recursive: true, force: true });
}

let loads = 0;
/** Another address each time, so that it is a load and not a jump within the page. */
export async function load(page, hash, scene = 'recording') {
  loads += 1;
  await page.goto(`/field/?fake=${scene}&load=${loads}${hash}`);
  await page.waitForSelector('main');
}

/** Holds until the service worker has the whole app. The settings are open. */
export const whole = (page) => page.waitForSelector('[data-testid=kept][data-kept=whole]');
