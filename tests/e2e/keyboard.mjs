// The desk without a mouse: every step is a key, and after each the focus is where it should be and can be seen.

import assert from 'node:assert/strict';
import { faults } from './accessibility.mjs';

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

/** On the map page: goes away until the incidents are one group, finds its button, and comes near again with Enter. */
export async function openGroupByKeyboard(page) {
  const group = page.locator('[data-testid=map-group]');
  await page.locator('.maplibregl-canvas').focus();
  for (let tries = 0; (await group.count()) === 0; tries += 1) {
    assert.ok(tries < 10, 'no group, however far away');
    await page.keyboard.press('-');
    await page.waitForTimeout(200);
    await page.waitForSelector('[data-testid=map][data-busy=false]', { timeout: 60_000 });
    // Groups are found a moment after the map has come to rest; a slow machine takes longer.
    await group
      .first()
      .waitFor({ state: 'attached', timeout: 1_500 })
      .catch(() => {});
  }
  assert.deepEqual(await faults(page), [], 'map with a group');
  await page.keyboard.press('Tab');
  const reached = await focused(page);
  assert.match(reached.label ?? '', /^2 起事件聚在一处/);
  assert.equal(reached.seen, true);
  await page.keyboard.press('Enter');
  await group.first().waitFor({ state: 'detached' });
  assert.equal((await focused(page)).tag, 'CANVAS');
}
