// What to photograph: where, how to bring it about, and whether a map must have been drawn.

const incident = (n) => (0x3000 + n).toString(16).padStart(32, 'b');
const patrol = (n) => (0x7000 + n).toString(16).padStart(32, 'a');
const json = (value) => ({ contentType: 'application/json', body: JSON.stringify(value) });
const failing = (glob, status) => (page) =>
  page.route(glob, (route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: 'x', status, request_id: 'req-51c0' }),
    }),
  );
const emptyPage = (glob) => (page) =>
  page.route(glob, (route) => route.fulfill(json({ items: [], next: null })));
const hanging = (glob) => (page) => page.route(glob, () => undefined);
const broken = (glob) => (page) => page.route(glob, (route) => route.abort());
/** The list beside the map; a narrow page starts without it. */
const openList = async (page) => {
  const list = page.locator('input[name=tab]').first();
  const button = page.locator('.reopen button');
  await list.or(button).first().waitFor({ state: 'attached' });
  if (await button.isVisible()) await button.click();
};

export const SCENES = [
  { name: 'signin', path: '/map', signedOut: true },
  {
    name: 'signin-wrong',
    path: '/map',
    signedOut: true,
    act: async (page) => {
      await page.fill('#login', '110234');
      await page.fill('#password', 'wrong');
      await page.click('[data-testid=login-form] button');
      await page.waitForSelector('#failure');
    },
  },
  { name: 'map', path: '/map', map: true },
  {
    name: 'map-filter',
    path: '/map',
    map: true,
    act: (page) => page.locator('section button[aria-expanded]').first().click(),
  },
  {
    name: 'map-legend',
    path: '/map',
    map: true,
    act: (page) => page.locator('section button[aria-expanded]').last().click(),
  },
  {
    name: 'map-patrol',
    path: '/map',
    map: true,
    act: async (page) => {
      await openList(page);
      await page.locator('[data-testid=patrol-row] a').nth(3).click();
    },
  },
  {
    name: 'map-incident',
    path: '/map',
    map: true,
    act: async (page) => {
      await openList(page);
      await page.locator('input[name=tab][value=incidents]').check({ force: true });
      await page.locator('[data-testid=incident-row] a').nth(1).click();
    },
  },
  {
    name: 'map-group',
    path: '/map',
    map: true,
    act: async (page) => {
      await page.locator('[data-testid=map-group]').first().waitFor({ state: 'attached', timeout: 45_000 });
      await page.locator('.maplibregl-canvas').focus();
      await page.keyboard.press('Tab');
    },
  },
  { name: 'map-no-basemap', path: '/map', map: true, before: failing('**/basemap.pmtiles', 404) },
  {
    name: 'map-sos',
    path: '/map',
    map: true,
    act: async (page) => {
      await page.waitForSelector('[data-testid=feed-state][data-state=live]');
      await page.evaluate(() => fetch('/api/v1/mock/sos', { method: 'POST' }));
      await page.waitForSelector('[data-testid=alert-row]');
    },
  },
  { name: 'map-calm', path: '/map', map: true, before: emptyPage('**/api/v1/alerts?*') },
  { name: 'incidents', path: '/incidents' },
  { name: 'incident-conflict', path: `/incidents/${incident(0)}`, map: true },
  {
    name: 'incident-provenance',
    path: `/incidents/${incident(2)}`,
    map: true,
    act: (page) => page.locator('article dd button').nth(3).click(),
  },
  {
    name: 'incident-bottom',
    path: `/incidents/${incident(0)}`,
    map: true,
    act: async (page) => {
      await page.waitForSelector('[data-testid=photo-thumb] img');
      await page.locator('article').evaluate((element) => element.scrollTo(0, element.scrollHeight));
    },
  },
  {
    name: 'incident-photo',
    path: `/incidents/${incident(0)}`,
    act: (page) => page.locator('[data-testid=photo-thumb]').first().click(),
  },
  { name: 'incidents-empty', path: '/incidents?range=24h', before: emptyPage('**/api/v1/incidents?*') },
  { name: 'incidents-loading', path: '/incidents', before: hanging('**/api/v1/incidents?*') },
  { name: 'incidents-error', path: '/incidents', before: failing('**/api/v1/incidents?*', 500) },
  { name: 'incidents-offline', path: '/incidents', before: broken('**/api/v1/incidents?*') },
  { name: 'incidents-forbidden', path: '/incidents', before: failing('**/api/v1/incidents?*', 403) },
  {
    name: 'incidents-stale',
    path: '/incidents',
    act: async (page) => {
      await page.waitForSelector('[data-testid=incident-row]');
      await page.route('**/api/v1/incidents?*', (route) => route.abort());
      await page.locator('input[name=range][value="30d"]').check({ force: true });
      await page.getByRole('alert').first().waitFor();
    },
  },
  {
    name: 'incidents-5000',
    path: '/incidents',
    before: async (page) => {
      await page.route('**/api/v1/incidents?*', async (route) => {
        const page = await (await route.fetch()).json();
        const items = Array.from({ length: 5000 }, (_, n) => ({
          ...page.items[n % page.items.length],
          id: n.toString(16).padStart(32, '0'),
        }));
        await route.fulfill(json({ items, next: 'more' }));
      });
    },
    act: async (page) => {
      await page.waitForSelector('[data-testid=incident-row]');
      for (let n = 0; n < 40; n += 1) await page.keyboard.press('j');
    },
  },
  { name: 'incident-missing', path: `/incidents/${'f'.repeat(32)}` },
  { name: 'patrols', path: '/patrols' },
  { name: 'patrols-empty', path: '/patrols', before: emptyPage('**/api/v1/patrols?*') },
  { name: 'patrol-out', path: `/patrols/${patrol(3)}`, map: true },
  { name: 'patrol-gaps', path: `/patrols/${patrol(0)}`, map: true },
  {
    name: 'account',
    path: '/patrols',
    act: (page) => page.locator('[data-testid=account-button]').click(),
  },
  {
    name: 'help',
    path: '/patrols',
    act: async (page) => {
      await page.waitForSelector('[data-testid=patrol-row]');
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open]');
    },
  },
  { name: 'feed-lost', path: '/patrols', before: broken('**/api/v1/live') },
];
