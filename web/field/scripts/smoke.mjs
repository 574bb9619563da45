// Walks the built pages over the fake core as an officer would, with real taps: sets out, saves an incident in three
// taps (counted), adds details, settles a conflict, walks a shape, pauses, and stops only by a long press.
//
//   npm run build:fake -w field && npm run smoke -w field

import assert from 'node:assert/strict';
import { begin, listen, open, phone } from './browser.mjs';
import { apart, run } from './steps.mjs';

/** What an officer does, by name: each on a page of its own. */
const walks = [];
const by = (page, testid) => page.locator(`[data-testid=${testid}]`);

function walk(name, scene, act) {
  walks.push({ name, scene, act });
}

async function take({ base, browser }, { scene, act }) {
  const context = await phone(browser, base);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const faults = listen(page);
    await open(page, scene);
    await act(page, context);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** Counts what a finger does: every click that a pointer made, wherever it lands. */
async function countTaps(page) {
  await page.evaluate(() => {
    window.taps = 0;
    addEventListener(
      'click',
      (event) => {
        if (event.detail > 0) window.taps += 1;
      },
      true,
    );
  });
  return () => page.evaluate(() => window.taps);
}

walk('sets out by what, with whom and until when', { fake: 'idle', hash: '#/home' }, async (page) => {
  await by(page, 'start').tap();
  await assertDisabled(page, 'start-now');
  await page.locator('label:has(input[value=horse])').tap();
  await page.locator('label:has(input[name=return][value="8"])').tap();
  await by(page, 'start-now').tap();
  await page.waitForSelector('[data-testid=state][data-state=recording]');
});

walk('saves an incident in three taps from the recording screen', {}, async (page) => {
  const taps = await countTaps(page);
  await by(page, 'category').first().tap();
  await page.waitForSelector('[data-testid=shutter]:not([disabled])');
  await by(page, 'shutter').tap();
  await page.waitForSelector('[data-testid=taken]');
  await by(page, 'save').tap();
  await page.waitForSelector('[data-testid=slip-way]');
  assert.equal(await taps(), 3);
  assert.match(await by(page, 'slip').textContent(), /已存在本机 \d\d:\d\d:\d\d/);
  await by(page, 'slip-way').evaluate((link) => link.click());
  await page.waitForSelector('[data-testid=file]');
  await page.locator('#title').fill('围栏边三辆摩托');
  await by(page, 'save-details').tap();
  await assertDisabled(page, 'save-details');
});

walk('keeps a report that was begun and left', { hash: '#/report' }, async (page) => {
  await by(page, 'category').nth(3).tap();
  await page.waitForSelector('[data-testid=shutter]:not([disabled])');
  await by(page, 'shutter').tap();
  await page.waitForSelector('[data-testid=taken]');
  await by(page, 'nav-incidents').tap();
  await by(page, 'draft').tap();
  await page.waitForFunction(() => document.querySelector('[data-testid=taken]')?.textContent === '1');
  await by(page, 'save').tap();
  await page.waitForSelector('[data-testid=slip-way]');
});

walk('settles what two people wrote differently', { fake: 'conflict', hash: '#/incidents' }, async (page) => {
  await page.locator('[data-testid=incident-row]', { hasText: '分歧' }).first().tap();
  const conflicts = by(page, 'conflict');
  await conflicts.first().waitFor();
  const before = await conflicts.count();
  await by(page, 'choose').nth(1).tap();
  await page.waitForFunction(
    (n) => document.querySelectorAll('[data-testid=conflict]').length === n - 1,
    before,
  );
});

walk('measures an area walked corner by corner', { hash: '#/incidents' }, async (page, context) => {
  await page.locator('[data-testid=incident-row]').first().tap();
  await by(page, 'shape').tap();
  await page.goto(page.url().replace('fake=recording', 'fake=idle'));
  await page.waitForSelector('[data-testid=shape-editor]');
  const corners = [
    [43.95, 116.07],
    [43.951, 116.07],
    [43.951, 116.0715],
    [43.95, 116.0715],
  ];
  for (const [n, [latitude, longitude]] of corners.entries()) {
    await context.setGeolocation({ latitude, longitude, accuracy: 6 });
    // Older than what counts as standing there: the page asks the receiver anew.
    await page.waitForTimeout(3_100);
    await by(page, 'corner').tap();
    await page.waitForFunction(
      (count) => document.querySelector('[data-testid=shape-editor]').textContent.includes(`${count} 个角点`),
      n + 1,
    );
  }
  assert.match(await by(page, 'size').textContent(), /^\d+\.\d ± \d+\.\d 亩 \(\d\.\d\d ha\)$/);
  await by(page, 'save-shape').tap();
  await page.waitForSelector('[data-testid=area]');
});

walk('pauses, goes on, and stops only when held', {}, async (page) => {
  const state = (word) => page.waitForSelector(`[data-testid=state][data-state=${word}]`);
  await by(page, 'pause').tap();
  await state('paused');
  await by(page, 'pause').tap();
  await state('recording');
  const box = await by(page, 'stop').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(300);
  await page.mouse.up();
  await page.waitForTimeout(1_500);
  await state('recording');
  await page.mouse.down();
  await state('none');
  await page.mouse.up();
});

walk('asks before stopping from a keyboard', {}, async (page) => {
  await by(page, 'stop').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=dialog]');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('[role=dialog]').count(), 0);
  assert.equal(await by(page, 'state').getAttribute('data-state'), 'recording');
});

let began;
await run(
  'smoke',
  async () => {
    began = await begin();
    for (const one of walks) await apart(one.name, () => take(began, one));
  },
  async () => began?.end(),
);

async function assertDisabled(page, testid) {
  await page.waitForFunction(
    (id) => document.querySelector(`[data-testid=${id}]`)?.disabled === true,
    testid,
  );
}
