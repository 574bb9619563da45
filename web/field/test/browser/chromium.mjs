// Chromium as a process of our own with a profile that stays: so that it can be killed like a phone that dies.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright-core';
import { FLAGS } from '../../../command/scripts/chromium.mjs';

/** Starts Chromium on a profile and connects to it. */
export async function startBrowser(profile) {
  const program = process.env.TALA_CHROMIUM ?? '/usr/bin/chromium';
  const args = [...FLAGS, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  // A group of its own: the kill takes every process of the browser at once, and nobody else's.
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const browser = await chromium.connectOverCDP(await endpoint(child));
  const context = browser.contexts()[0];
  const ended = once(child, 'exit');
  return {
    context,
    /** A page of the field app with its core at hand. */
    page: async (url) => {
      const page = await context.newPage();
      page.on('pageerror', (error) => console.log(`        page: ${error.message}`));
      page.on('console', (said) => said.type() === 'error' && console.log(`        page: ${said.text()}`));
      await page.goto(`${url}/field/`);
      await page.waitForFunction(() => 'say' in window);
      return page;
    },
    kill: async () => {
      process.kill(-child.pid, 'SIGKILL');
      await ended;
      await browser.close().catch(() => {});
    },
    close: async () => {
      const session = await browser.newBrowserCDPSession();
      await session.send('Browser.close').catch(() => {});
      await ended;
    },
  };
}

function endpoint(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`Chromium does not answer:\n${said}`)), 60_000);
    child.on('exit', (code) => reject(new Error(`Chromium ended with ${code}:\n${said}`)));
    child.stderr.on('data', (bytes) => {
      said += bytes;
      const found = /DevTools listening on (ws:\S+)/.exec(said);
      if (!found) return;
      clearTimeout(late);
      resolve(found[1]);
    });
  });
}

/** A verb that must succeed; its answer. */
export async function ask(page, message) {
  const said = await page.evaluate((it) => window.say(it), message);
  if ('ok' in said) return said.ok;
  throw new Error(`${message.do}: ${said.code}: ${said.message}`);
}

/** A verb that must be refused; the code of its error. */
export async function refusal(page, message) {
  const said = await page.evaluate((it) => window.say(it), message);
  if ('ok' in said) throw new Error(`${message.do} was not refused: ${JSON.stringify(said.ok)}`);
  return said.code;
}
