// What axe finds on every screen, with the stricter contrast of the field (7:1), and whether every target is large
// enough for a glove and far enough from the next.
//
//   npm run build:fake -w field && npm run axe -w field -- [--only NAME] [--size 390x844] [--theme light] [--locale en]

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { begin, open, option, phone } from './browser.mjs';
import { chosen } from './scenes.mjs';
import { narrowTargets } from './targets.mjs';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FAILING = ['serious', 'critical'];
const sizes = option('size', ['390x844']);
const themes = option('theme', ['light', 'dark', 'sun', 'night']);
const locales = option('locale', ['zh-CN', 'en', 'mn']);
const scenes = chosen(option('only', null));

const { base, browser, end } = await begin();
let failed = 0;
for (const size of sizes) {
  for (const theme of themes) {
    for (const locale of locales) {
      await lookAll({ size, theme, locale });
    }
  }
}
await end();
console.log(
  `${sizes.length * themes.length * locales.length * scenes.length} looked at, ${failed} with faults`,
);
process.exit(failed > 0 ? 1 : 0);

/** One context for a look: fonts and scripts are read once. */
async function lookAll(as) {
  const context = await phone(browser, base, as);
  for (const scene of scenes) {
    const name = `${scene.name} ${as.theme} ${as.locale} ${as.size}`;
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    try {
      await scene.before?.(page);
      await open(page, scene);
      await page.waitForTimeout(300);
      const found = [...(await axeFaults(page)), ...(await page.evaluate(narrowTargets))];
      if (found.length === 0) console.log(`ok  ${name}`);
      else {
        failed += 1;
        console.log(`${name}\n  ${[...new Set(found)].slice(0, 8).join('\n  ')}`);
      }
    } catch (error) {
      failed += 1;
      console.log(`${name}: ${error}`);
    }
    await page.close();
  }
  await context.close();
}

async function axeFaults(page) {
  // Injected by the debugger and not as a script element, so the page's content policy stays in force.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, {
      resultTypes: ['violations'],
      rules: { 'color-contrast-enhanced': { enabled: true } },
    }),
  );
  return violations
    .filter((one) => FAILING.includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}
