// Photographs every page of the officer's app into target/screens/field and says what does not fit: text that is cut
// off, things beyond the edge, targets too small for a glove. A fault of any picture fails the run.
//
//   npm run build:fake -w field && npm run screens -w field -- [--only NAME] [--size 390x844] [--theme light] [--locale en]

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { begin, listen, open, option, phone, target } from './browser.mjs';
import { looked, looks, share, wear } from './looks.mjs';
import { cutOff } from './overflow.mjs';
import { chosen } from './scenes.mjs';
import { narrowTargets } from './targets.mjs';

const out = join(target, 'screens/field');
const all = looks();
const scenes = chosen(option('only', null));
mkdirSync(out, { recursive: true });

const started = Date.now();
const { base, browser, end } = await begin();
let failed = 0;
await share(scenes, shoot);
await end();
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `${scenes.length * all.length} pictures of ${scenes.length} scenes in ${seconds} s, ${failed} with faults`,
);
process.exit(failed > 0 ? 1 : 0);

/** Opens the scene once and puts one look on it after the other. */
async function shoot(scene) {
  const context = await phone(browser, base, all[0]);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = listen(page);
  try {
    await scene.before?.(page);
    await open(page, scene);
    await page.waitForTimeout(350);
    for (const look of all) {
      const name = `${scene.name}-${looked(look)}`;
      await wear(page, scene, look);
      await page.screenshot({ path: join(out, `${name}.png`) });
      tell(name, [
        ...faults.splice(0),
        ...(await page.evaluate(cutOff)),
        ...(await page.evaluate(narrowTargets)),
      ]);
    }
  } catch (error) {
    tell(scene.name, [...faults, String(error)]);
  }
  await context.close();
}

function tell(name, faults) {
  if (faults.length === 0) return;
  failed += 1;
  console.error(`${name}\n  ${[...new Set(faults)].slice(0, 8).join('\n  ')}`);
}
