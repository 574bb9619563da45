// Photographs every page in every state worth seeing, from the built page and the mock server, into target/screens.
//
//   npm run build && npm run screens -- [--only NAME] [--size 1440x900] [--theme light] [--locale zh-CN]
//
// Needs Chromium (CHROMIUM, default /usr/bin/chromium) and Noto CJK fonts.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { FLAGS } from './chromium.mjs';
import { SCENES } from './scenes.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../../../target/screens');

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? null : process.argv[at + 1];
};
const wanted = (name, all) =>
  option(name) ? all.filter((one) => option(name).split(',').includes(one)) : all;
const sizes = option('size')?.split(',') ?? ['1440x900', '1280x720'];
const themes = wanted('theme', ['light', 'dark']);
const locales = wanted('locale', ['zh-CN', 'en', 'mn']);
const only = option('only')?.split(',');
const scenes = SCENES.filter((scene) => !only || only.some((part) => scene.name.startsWith(part)));

mkdirSync(out, { recursive: true });
const server = await preview({
  root: join(here, '..'),
  mode: 'mock',
  preview: { port: 0 },
  logLevel: 'error',
});
const base = server.resolvedUrls.local[0].replace(/\/$/, '');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS,
});
let failures = 0;

for (const size of sizes) {
  for (const theme of themes) {
    for (const locale of locales) {
      for (const scene of scenes) await shoot(scene, size, theme, locale);
    }
  }
}
await browser.close();
await server.close();
process.exit(failures > 0 ? 1 : 0);

async function shoot(scene, size, theme, locale) {
  const [width, height] = size.split('x').map(Number);
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width, height },
    reducedMotion: 'reduce',
    colorScheme: theme,
  });
  const name = `${scene.name}-${locale}-${theme}-${size}.png`;
  try {
    await context.addInitScript((chosen) => localStorage.setItem('tala.locale', chosen), locale);
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
        faults.push(message.text());
    });
    if (!scene.signedOut) {
      await context.addCookies([{ name: 'tala', value: 'mock', url: base }]);
    }
    await scene.before?.(page);
    await page.goto(scene.path);
    await scene.act?.(page);
    if (scene.map) await page.waitForSelector('[data-testid=map][data-ready=true]', { timeout: 45_000 });
    if (scene.map) await page.waitForSelector('[data-testid=map][data-busy=false]', { timeout: 45_000 });
    await page.waitForTimeout(scene.map ? 500 : 350);
    await page.screenshot({ path: join(out, name) });
    if (faults.length > 0) throw new Error(faults.join('\n'));
    console.log(name);
  } catch (error) {
    failures += 1;
    console.error(`${name}: ${error}`);
  } finally {
    await context.close();
  }
}
