// What to photograph of the officer's app: the state of the fake core, the page, and how to bring it about.

const id = (n) => `b0${n.toString(16).padStart(30, '0')}`;
const tap =
  (testid, nth = 0) =>
  (page) =>
    page.locator(`[data-testid=${testid}]`).nth(nth).click();
const inOrder =
  (...steps) =>
  async (page) => {
    for (const step of steps) await step(page);
  };
/** The nearest row of a list, whatever its id. */
const firstIncident = async (page) => {
  await page.locator('[data-testid=incident-row]').first().click();
  await page.waitForSelector('[data-testid=shape]');
};
const shown = (testid) => (page) => page.waitForSelector(`[data-testid=${testid}]`);
const shutterReady = (page) => page.waitForSelector('[data-testid=shutter]:not([disabled])');
const withFile = inOrder(
  firstIncident,
  tap('add-photo'),
  (page) => page.locator('[data-testid=sheet-shutter]:not([disabled])').click(),
  shown('file'),
  (page) => page.keyboard.press('Escape'),
  tap('file'),
  shown('withdraw'),
);

/** A new version that waits on the phone, without any service worker. */
const newVersion = (page) =>
  page.addInitScript(() => {
    const quiet = { waiting: { postMessage: () => undefined }, installing: null, active: {} };
    const registration = Object.assign(new EventTarget(), quiet, { update: async () => undefined });
    ServiceWorkerContainer.prototype.register = async () => registration;
    const controller = { get: () => ({ postMessage: () => undefined }) };
    Object.defineProperty(ServiceWorkerContainer.prototype, 'controller', controller);
  });

export const SCENES = [
  { name: 'home-recording', hash: '#/home', map: true },
  { name: 'home-paused', fake: 'paused', hash: '#/home', map: true },
  { name: 'home-no-fix', fake: 'no-fix', hash: '#/home', map: true },
  { name: 'home-denied', fake: 'denied', hash: '#/home', map: true },
  { name: 'home-poor', fake: 'poor', hash: '#/home', map: true },
  { name: 'home-native', fake: 'native', hash: '#/home', map: true },
  { name: 'home-idle', fake: 'idle', hash: '#/home' },
  { name: 'home-empty', fake: 'empty', hash: '#/home' },
  { name: 'home-warnings', fake: 'poor', hash: '#/home', act: tap('warning') },
  { name: 'home-zone', fake: 'in-zone', hash: '#/home', map: true },
  { name: 'home-leg', hash: '#/home', act: tap('leg') },
  {
    name: 'home-stop',
    hash: '#/home',
    act: async (page) => {
      await page.locator('[data-testid=stop]').focus();
      await page.keyboard.press('Enter');
    },
  },
  { name: 'home-new-version', fake: 'idle', hash: '#/home', before: newVersion, act: shown('update') },
  { name: 'home-new-version-later', hash: '#/home', before: newVersion, map: true, act: shown('update') },
  { name: 'start', fake: 'idle', hash: '#/start' },
  {
    name: 'start-bottom',
    fake: 'idle',
    hash: '#/start',
    act: inOrder(
      (page) => page.locator('label:has(input[value=horse])').click(),
      (page) => page.locator('label:has(input[value=at])').click(),
    ),
    see: '#purpose',
  },
  { name: 'report', hash: '#/report' },
  { name: 'report-more', hash: '#/report', act: tap('category-more') },
  {
    name: 'report-camera',
    hash: '#/report',
    act: inOrder(tap('category', 1), shutterReady, tap('shutter'), (page) =>
      page.waitForSelector('[data-testid=taken]'),
    ),
  },
  {
    name: 'report-no-camera',
    hash: '#/report',
    before: (page) =>
      page.addInitScript(() => {
        MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
      }),
    act: tap('category', 1),
  },
  {
    name: 'report-saved',
    hash: '#/home',
    act: inOrder(tap('report'), tap('category', 1), shutterReady, tap('save'), (page) =>
      page.waitForSelector('[data-testid=slip-way]'),
    ),
  },
  { name: 'records', hash: '#/incidents' },
  { name: 'records-empty', fake: 'empty', hash: '#/incidents' },
  { name: 'records-many', fake: 'many', hash: '#/incidents' },
  {
    name: 'records-draft',
    hash: '#/report',
    act: inOrder(tap('category', 2), shutterReady, tap('nav-incidents'), (page) =>
      page.waitForSelector('[data-testid=draft]'),
    ),
  },
  { name: 'patrols', hash: '#/patrols' },
  { name: 'patrol', hash: '#/patrols', map: true, act: tap('patrol-row') },
  { name: 'incident', hash: '#/incidents', map: true, act: firstIncident },
  { name: 'incident-area', hash: `#/incident/${id(1)}`, map: true },
  {
    name: 'incident-details',
    hash: '#/incidents',
    act: firstIncident,
    see: '#narrative',
  },
  {
    name: 'incident-heads',
    hash: `#/incident/${id(0)}`,
    act: async (page) => {
      const count = page.locator('[data-testid=count-heads]');
      await count.or(page.locator('#heads-sheep')).waitFor();
      if (await count.isVisible()) await count.click();
    },
    see: '#heads-sheep',
  },
  { name: 'incident-conflict', fake: 'conflict', hash: `#/incident/${id(1)}` },
  { name: 'incident-missing', hash: `#/incident/${'f'.repeat(32)}` },
  {
    name: 'incident-voice',
    hash: '#/incidents',
    act: inOrder(firstIncident, tap('voice'), (page) => page.waitForTimeout(1_200)),
  },
  { name: 'incident-add-photo', hash: '#/incidents', act: inOrder(firstIncident, tap('add-photo')) },
  { name: 'incident-file', hash: '#/incidents', act: withFile },
  { name: 'incident-file-withdraw', hash: '#/incidents', act: inOrder(withFile, tap('withdraw')) },
  { name: 'shape-walk', hash: `#/incident/${id(0)}/shape`, act: tap('corner') },
  {
    name: 'shape-draw',
    map: true,
    hash: `#/incident/${id(0)}/shape`,
    act: (page) => page.locator('label:has(input[value=draw])').click(),
  },
  { name: 'offset', hash: `#/incident/${id(0)}/offset` },
  { name: 'other-window', fake: 'other-window', hash: '#/home' },
  { name: 'map', hash: '#/map', map: true },
  { name: 'map-day', fake: 'day', hash: '#/map', map: true },
  {
    name: 'map-paper',
    hash: '#/map',
    map: true,
    before: (page) => page.route('**/basemap.pmtiles', (it) => it.abort()),
  },
  { name: 'tasks', hash: '#/tasks' },
  { name: 'tasks-write', hash: '#/tasks', act: tap('write') },
  { name: 'tasks-plan', hash: '#/tasks/plan' },
  { name: 'tasks-empty', fake: 'empty', hash: '#/tasks' },
  { name: 'hand-over-safe', fake: 'idle', hash: '#/hand-over' },
  { name: 'hand-over', hash: '#/hand-over' },
  { name: 'hand-over-sending', hash: '#/hand-over', act: tap('sync-now') },
  { name: 'hand-over-later', fake: 'later', hash: '#/hand-over' },
  { name: 'hand-over-queue', fake: 'queue', hash: '#/hand-over' },
  { name: 'sos', hash: '#/sos' },
  { name: 'sos-keyboard', hash: '#/sos', act: tap('sos-keyboard') },
  { name: 'sos-calling', fake: 'sos', hash: '#/sos' },
  { name: 'sos-acknowledged', fake: 'sos-acknowledged', hash: '#/sos' },
  { name: 'enrol', fake: 'first-start', hash: '#/enrol' },
  { name: 'lock', fake: 'locked', hash: '#/home' },
  { name: 'sos-locked', fake: 'locked', hash: '#/sos' },
  { name: 'settings', hash: '#/settings' },
  { name: 'settings-map', hash: '#/settings', see: '[data-testid=area-all]' },
  {
    name: 'settings-sign-out',
    fake: 'safe',
    hash: '#/settings',
    act: inOrder(tap('sign-out'), shown('sign-out-yes')),
  },
  { name: 'settings-bottom', hash: '#/settings', see: '[data-testid=sign-out]' },
];

/** Scenes of `--only a,b`, by the beginning of their names. */
export function chosen(only) {
  return SCENES.filter((scene) => only === null || only.some((part) => scene.name.startsWith(part)));
}
