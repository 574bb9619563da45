// What axe finds on a page. Serious and critical faults fail; the text of each says what, where and why.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FAILING = ['serious', 'critical'];

/** Serious and critical faults of the page as it stands, one line each. */
export async function faults(page) {
  // Injected by the debugger and not as a script element, so the page's content policy stays in force.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter((one) => FAILING.includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}

/** Puts the page into a theme and a language, as the reader's own switches do. */
export async function dress(page, theme, locale) {
  await page.evaluate(
    ([wantedTheme, wantedLocale]) => {
      localStorage.setItem('tala.theme', wantedTheme);
      localStorage.setItem('tala.locale', wantedLocale);
    },
    [theme, locale],
  );
  await page.reload();
}
