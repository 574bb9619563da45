// In which sizes, themes and languages the officer's app is looked at, and how a page puts on another of them.

import { option } from './browser.mjs';

const HOME = { size: '390x844', theme: 'light', locale: 'zh-CN' };
/** Both plain themes in every language at the home size; other sizes and themes in the first language. */
const ALL = [
  ...['light', 'dark'].flatMap((theme) =>
    ['zh-CN', 'en', 'mn'].map((locale) => ({ ...HOME, theme, locale })),
  ),
  { ...HOME, theme: 'sun' },
  { ...HOME, theme: 'night' },
  { ...HOME, size: '360x640' },
  { ...HOME, size: '844x390' },
];

/** The looks of `--size a,b --theme c --locale d`; what is not named stays as at home. Without any: `otherwise`. */
export function looks(otherwise = ALL) {
  const [size, theme, locale] = ['size', 'theme', 'locale'].map((name) => option(name, null));
  if (!size && !theme && !locale) return otherwise;
  return (size ?? [HOME.size]).flatMap((size) =>
    (theme ?? [HOME.theme]).flatMap((theme) =>
      (locale ?? [HOME.locale]).map((locale) => ({ size, theme, locale })),
    ),
  );
}

export const looked = ({ size, theme, locale }) => `${locale}-${theme}-${size}`;

/** Another look on the page that is open: as if a second window had chosen it. */
export async function wear(page, scene, look) {
  const [width, height] = look.size.split('x').map(Number);
  await page.setViewportSize({ width, height });
  await page.evaluate(({ theme, locale }) => {
    for (const [key, newValue] of Object.entries({ 'tala.theme': theme, 'tala.locale': locale })) {
      if (localStorage.getItem(key) === newValue) continue;
      localStorage.setItem(key, newValue);
      window.dispatchEvent(new StorageEvent('storage', { key, newValue }));
    }
  }, look);
  await page.evaluate(() => document.fonts.ready.then(() => new Promise(requestAnimationFrame)));
  if (scene.see) await see(page, scene.see);
  if (scene.map) await page.waitForSelector('[data-testid=map][data-ready=true]', { state: 'attached' });
  await page.waitForTimeout(scene.map ? 300 : 120);
}

const see = (page, selector) =>
  page.locator(selector).evaluate((element) => element.scrollIntoView({ block: 'center' }));

/** Does `deed` for each of `all`, in as many tabs at once as there are hands. */
export async function share(all, deed, hands = 3) {
  const rest = [...all];
  const hand = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await deed(next);
  };
  await Promise.all(Array.from({ length: hands }, hand));
}
