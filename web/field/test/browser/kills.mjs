// Kills page and browser at random moments and compares with a ledger: no fix that was acknowledged is lost.

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, startBrowser } from './chromium.mjs';
import { fix, latE7, latitudes } from './phone.mjs';

/** More than can be delivered before it dies. */
const BATCH = 2_000;
/** How a phone dies here: the tab's process crashes, the tab is closed, every process is killed at once. */
const WAYS = ['crash', 'close', 'kill'];

/** Kills `kills` times on one profile and returns how many fixes were acknowledged. */
export async function killLoop(kills, { url, code, log = () => {} }) {
  const profile = mkdtempSync(join(tmpdir(), 'tala-kills-'));
  const ledger = { acked: new Set(), next: 0, startMs: Date.now() - 3_000_000 };
  let browser = await startBrowser(profile);
  try {
    let page = await browser.page(url);
    await ask(page, { do: 'open' });
    await ask(page, { do: 'enrol', code, name: 'kills' });
    const { patrol } = await ask(page, { do: 'start_patrol', patrol: { transport: 'horse' } });
    for (let n = 0; n < kills; n += 1) {
      const way = WAYS[n % WAYS.length];
      const before = ledger.acked.size;
      await rideUntilDeath(page, browser, way, ledger);
      if (way === 'kill') browser = await startBrowser(profile);
      page = await browser.page(url);
      const opened = await openAgain(page);
      assert.equal(opened.interrupted, 'killed', way);
      const there = await latitudes(page, patrol);
      const lost = [...ledger.acked].filter((fix) => !there.has(latE7(fix)));
      assert.deepEqual(lost, [], `${way}: acknowledged and lost`);
      const sent = Array.from({ length: ledger.next + BATCH }, (_, fix) => fix);
      const known = new Set(sent.map(latE7));
      const strange = [...there].filter((lat) => !known.has(lat));
      assert.deepEqual(strange, [], `${way}: never delivered`);
      // What was stored in the last moment was perhaps not acknowledged any more.
      ledger.next = 1 + Math.max(-1, ...sent.filter((fix) => there.has(latE7(fix))));
      log(`${way}: ${ledger.acked.size - before} acknowledged, ${there.size} there`);
    }
    assert.ok(ledger.acked.size > kills, `only ${ledger.acked.size} fixes were acknowledged`);
    return ledger.acked.size;
  } finally {
    await browser.kill();
  }
}

/** Delivers as fast as it goes. What was acknowledged is noted outside, before the next one. */
async function rideUntilDeath(page, browser, way, ledger) {
  const session = await page.context().newCDPSession(page);
  const wanted = ledger.acked.size + 3 + Math.floor(Math.random() * 40);
  const enough = new Promise((resolve) => {
    session.on('Runtime.bindingCalled', ({ payload }) => {
      ledger.acked.add(Number(payload));
      if (ledger.acked.size >= wanted) resolve();
    });
  });
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: 'acknowledged' });
  const batch = Array.from({ length: BATCH }, (_, n) => [
    ledger.next + n,
    fix(ledger.next + n, ledger.startMs),
  ]);
  const riding = page
    .evaluate(async (fixes) => {
      for (const [n, fix] of fixes) {
        const said = await window.say({ do: 'deliver', fix });
        if (!('ok' in said)) throw new Error(said.message);
        window.acknowledged(String(n));
      }
    }, batch)
    .catch((error) => error);
  const refused = await Promise.race([enough, riding]);
  if (refused instanceof Error) throw refused;
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
  await DEATHS[way](page, browser, session);
  await riding;
}

const DEATHS = {
  kill: (_, browser) => browser.kill(),
  close: (page) => page.close(),
  crash: async (page, _, session) => {
    const gone = new Promise((resolve) => page.once('crash', resolve));
    session.send('Page.crash').catch(() => {});
    await gone;
    await page.close();
  },
};

/** The lock of a dead window is free at once; of one that is just closing, in a moment. */
async function openAgain(page) {
  for (let tries = 0; ; tries += 1) {
    const opened = await ask(page, { do: 'open' });
    if (!opened.other_window || tries === 50) return opened;
    await page.waitForTimeout(100);
  }
}
