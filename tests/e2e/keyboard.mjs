// The desk without a mouse: every step is a key, and after each the focus is where it should be and can be seen.

import assert from 'node:assert/strict';

/** The focused element, and whether anything shows that it is. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const shown = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1;
    const around = element.closest('.box')
      ? getComputedStyle(element.closest('.box')).outlineStyle !== 'none'
      : false;
    return {
      id: element.id,
      tag: element.tagName,
      label: element.getAttribute('aria-label'),
      seen: shown || around,
    };
  });

export async function walkByKeyboard(page) {
  await page.goto('/incidents');
  await page.waitForSelector('[data-testid=incident-row]');

  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.className), /skip/);
  assert.equal((await focused(page)).seen, true);
  await page.keyboard.press('Enter');
  assert.equal((await focused(page)).id, 'main');

  await page.keyboard.press('Tab');
  const search = await focused(page);
  assert.equal(search.tag, 'INPUT');
  assert.equal(search.seen, true);

  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-testid=incident-detail]');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => location.pathname === '/incidents');

  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.waitForSelector('[data-testid=map][data-ready=true]', { timeout: 60_000 });
  await page.locator('.maplibregl-canvas').focus();
  const map = await focused(page);
  assert.equal(map.tag, 'CANVAS');
  assert.ok(map.label?.length > 0, 'the map has no name');
}
