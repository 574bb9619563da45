// Runs axe over every scene of the mock, light and dark, in every language. The end-to-end tests do the same over
// the pages of a real centre; this is quicker to work with and knows the states that are hard to bring about there.
//
//   npm run build && npm ci --prefix ../tests/e2e && npm run axe -- [--only NAME] [--theme light] [--locale zh-CN]

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { faults } from '../../../tests/e2e/accessibility.mjs';
import { FLAGS } from './chromium.mjs';
import { SCENES } from './scenes.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? null : process.argv[at + 1].split(',');
};
const themes = option('theme') ?? ['light', 'dark'];
const locales = option('locale') ?? ['zh-CN', 'en', 'mn'];
const only = option('only');
const scenes = SCENES.filter((scene) => !only || only.some((part) => scene.name.startsWith(part)));

const server = await preview({ root, mode: 'mock', preview: { port: 0 }, logLevel: 'error' });
const base = server.resolvedUrls.local[0].replace(/\/$/, '');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS,
});
let failed = 0;
for (const theme of themes) {
  for (const locale of locales) {
    for (const scene of scenes) await look(scene, theme, locale);
  }
}
await browser.close();
await server.close();
console.log(`${scenes.length * themes.length * locales.length} looked at, ${failed} with faults`);
process.exit(failed > 0 ? 1 : 0);

async function look(scene, theme, locale) {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: 1280, height: 720 },
    reducedMotion: 'reduce',
    colorScheme: theme,
  });
  await context.addInitScript((chosen) => localStorage.setItem('tala.locale', chosen), locale);
  const page = await context.newPage();
  try {
    if (!scene.signedOut) await context.addCookies([{ name: 'tala', value: 'mock', url: base }]);
    await scene.before?.(page);
    await page.goto(scene.path);
    await scene.act?.(page);
    await page.waitForTimeout(400);
    const found = await faults(page);
    if (found.length === 0) console.log(`ok  ${scene.name} ${theme} ${locale}`);
    else {
      failed += 1;
      console.log(`${scene.name} ${theme} ${locale}\n  ${[...new Set(found)].slice(0, 6).join('\n  ')}`);
    }
  } catch (error) {
    failed += 1;
    console.log(`${scene.name} ${theme} ${locale}: ${error}`);
  } finally {
    await context.close();
  }
}
