// Photographs every page of the officer's app in every theme, size and language into target/screens/field.
//
//   npm run build:fake -w field && npm run screens -w field -- [--only NAME] [--size 390x844] [--theme light] [--locale en]

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { begin, listen, open, option, phone, target } from './browser.mjs';
import { chosen } from './scenes.mjs';

const out = join(target, 'screens/field');
const sizes = option('size', ['390x844', '360x640', '844x390']);
const themes = option('theme', ['light', 'dark', 'sun', 'night']);
const locales = option('locale', ['zh-CN', 'en', 'mn']);
const scenes = chosen(option('only', null));
mkdirSync(out, { recursive: true });

const { base, browser, end } = await begin();
let failed = 0;
for (const size of sizes) {
  for (const theme of themes) {
    for (const locale of locales) {
      await shootAll({ size, theme, locale });
    }
  }
}
await end();
console.log(`${sizes.length * themes.length * locales.length * scenes.length} screens, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** One context for a look: fonts and scripts are read once. */
async function shootAll(look) {
  const context = await phone(browser, base, look);
  for (const scene of scenes) {
    const name = `${scene.name}-${look.locale}-${look.theme}-${look.size}.png`;
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const faults = listen(page);
    try {
      await scene.before?.(page);
      await open(page, scene);
      await page.waitForTimeout(350);
      await page.screenshot({ path: join(out, name) });
      if (faults.length > 0) throw new Error(faults.join('\n'));
      console.log(name);
    } catch (error) {
      failed += 1;
      console.error(`${name}: ${error}`);
    }
    await page.close();
  }
  await context.close();
}
