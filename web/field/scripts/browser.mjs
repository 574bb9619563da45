// Chromium as an officer's phone has it, and the built pages over the fake core.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { FLAGS } from '../../command/scripts/chromium.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const target = join(root, '../../target');

const executablePath = process.env.TALA_CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [...FLAGS, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** The values of `--name a,b`, or the given ones. */
export function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1].split(',');
}

/** Serves the pages that `npm run build:fake` left and starts the browser. `end` stops both. */
export async function begin() {
  if (!existsSync(join(target, 'field-fake/index.html'))) throw new Error('run `npm run build:fake` first');
  const server = await preview({ root, mode: 'fake', preview: { port: 0 }, logLevel: 'error' });
  const browser = await chromium.launch({ executablePath, args: ARGS });
  const end = async () => {
    await browser.close();
    await server.close();
  };
  return { base: server.resolvedUrls.local[0], browser, end };
}

/** A phone on the steppe: touch, a place, a camera, no motion. */
export function phone(browser, base, { size = '390x844', theme = 'light', locale = 'zh-CN' } = {}) {
  const [width, height] = size.split('x').map(Number);
  return browser
    .newContext({
      baseURL: base,
      viewport: { width, height },
      hasTouch: true,
      isMobile: true,
      reducedMotion: 'reduce',
      locale: locale === 'mn' ? 'mn-MN' : locale === 'en' ? 'en-GB' : locale,
      timezoneId: 'Asia/Shanghai',
      permissions: ['geolocation', 'camera', 'microphone'],
      geolocation: { latitude: 43.95012, longitude: 116.07452, accuracy: 6 },
    })
    .then(async (context) => {
      await context.addInitScript(
        ([chosenTheme, chosenLocale]) => {
          localStorage.setItem('tala.theme', chosenTheme);
          localStorage.setItem('tala.locale', chosenLocale);
          // No service worker in pictures: none is refused either, it is for ever on its way.
          ServiceWorkerContainer.prototype.register = () => new Promise(() => undefined);
        },
        [theme, locale],
      );
      return context;
    });
}

/** Faults of a page: what it threw, what it logged as an error, what it asked for and did not get. */
export function listen(page) {
  const faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.includes('Failed to load resource')) faults.push(text);
  });
  page.on('response', (response) => {
    // Headless Chromium asks for it by itself; a page names its own icon.
    const icon = response.url().endsWith('/favicon.ico');
    if (response.status() >= 400 && !icon) faults.push(`${response.status()} ${response.url()}`);
  });
  return faults;
}

/** Opens a scene and brings it about. */
export async function open(page, scene) {
  await page.goto(`?fake=${scene.fake ?? 'recording'}${scene.hash ?? '#/home'}`);
  await page.waitForSelector('main, [data-testid=other-window]');
  await scene.act?.(page);
  const drawn = { state: 'attached', timeout: 45_000 };
  if (scene.map) await page.waitForSelector('[data-testid=map][data-ready=true]', drawn);
}

/** A phone that keeps what it is given, worker and all, in a folder; a restart is a new one on the same folder. */
export function phoneOn(profile, { baseURL, args = [] }) {
  return chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...ARGS, ...args],
    baseURL,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    reducedMotion: 'reduce',
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    permissions: ['geolocation', 'camera', 'microphone'],
    geolocation: { latitude: 43.95012, longitude: 116.07452, accuracy: 6 },
  });
}
