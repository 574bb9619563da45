// What axe finds on every screen, with the stricter contrast of the field (7:1), and whether every target is large
// enough for a glove and far enough from the next. In the first look everything is judged, in the others what a look
// can change: contrast. Without options: light and dark in the first language.
//
//   npm run build:fake -w field && npm run axe -w field -- [--only NAME] [--size 390x844] [--theme sun] [--locale en]

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { begin, open, option, phone } from './browser.mjs';
import { looked, looks, share, wear } from './looks.mjs';
import { chosen } from './scenes.mjs';
import { narrowTargets } from './targets.mjs';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FAILING = ['serious', 'critical'];
const plain = { size: '390x844', locale: 'zh-CN' };
const all = looks([
  { ...plain, theme: 'light' },
  { ...plain, theme: 'dark' },
]);
const scenes = chosen(option('only', null));

const started = Date.now();
const { base, browser, end } = await begin();
let failed = 0;
await share(scenes, judge);
await end();
const seconds = Math.round((Date.now() - started) / 1000);
console.log(`${all.length * scenes.length} looked at in ${seconds} s, ${failed} with faults`);
process.exit(failed > 0 ? 1 : 0);

async function judge(scene) {
  const context = await phone(browser, base, all[0]);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  try {
    await scene.before?.(page);
    await open(page, scene);
    // Injected by the debugger and not as a script element, so the page's content policy stays in force.
    await page.evaluate(source);
    for (const look of all) {
      await wear(page, scene, look);
      const first = look === all[0];
      const found = [...(await axeFaults(page, first)), ...(await page.evaluate(narrowTargets))];
      tell(`${scene.name}-${looked(look)}`, found);
    }
  } catch (error) {
    tell(scene.name, [String(error)]);
  }
  await context.close();
}

async function axeFaults(page, everything) {
  const { violations } = await page.evaluate((whole) => {
    const contrast = ['color-contrast', 'color-contrast-enhanced'];
    const rules = whole
      ? { rules: { 'color-contrast-enhanced': { enabled: true } } }
      : { runOnly: { type: 'rule', values: contrast } };
    return window.axe.run(document, { resultTypes: ['violations'], ...rules });
  }, everything);
  return violations
    .filter((one) => FAILING.includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}

function tell(name, faults) {
  if (faults.length === 0) return;
  failed += 1;
  console.log(`${name}\n  ${[...new Set(faults)].slice(0, 8).join('\n  ')}`);
}
