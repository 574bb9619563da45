// Runs the built pages behind a native shell: the shell of src/core/fake/shell.ts over the in-memory core, put into
// the page before its first script, so that every message crosses docs/FIELD-BRIDGE.md as text.
//
//   npm run build:fake -w field && npm run bridge -w field

import assert from 'node:assert/strict';
import { build } from 'vite';
import { begin, listen, phone, root } from './browser.mjs';
import { run, step } from './steps.mjs';

const SHELL = `
import { installShell } from './src/core/fake/shell.ts';
import { FakeCore } from './src/core/fake-core.ts';
import { sceneWorld } from './src/core/fake/scenes.ts';
const world = sceneWorld('native');
const seen = [];
installShell(window, new FakeCore(world));
const { post } = window.tala;
window.tala = { post: (json) => { seen.push(JSON.parse(json).ask.do); post(json); } };
window.talaSeen = seen;
`;

/** The shell as one plain script. */
async function shellScript() {
  const shell = {
    name: 'shell',
    resolveId: (id) => (id.endsWith('/shell.js') || id === 'shell.js' ? `${root}/shell.js` : null),
    load: (id) => (id === `${root}/shell.js` ? SHELL : null),
  };
  const lib = { entry: 'shell.js', formats: ['iife'], name: 'shell' };
  const options = { root, configFile: false, logLevel: 'error', publicDir: false, plugins: [shell] };
  const { 0: made } = await build({ ...options, build: { write: false, lib } });
  return made.output[0].code;
}

async function walk({ base, browser }) {
  const context = await phone(browser, base);
  await context.addInitScript({ content: await shellScript() });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = listen(page);
  const asked = (verb) => page.waitForFunction((name) => window.talaSeen.includes(name), verb);
  const by = (testid) => page.locator(`[data-testid=${testid}]`);

  await step('opens and pauses through the shell', async () => {
    await page.goto('#/home');
    await asked('open');
    await by('pause').click();
    await asked('pause');
  });
  await step('acknowledges a message', async () => {
    await page.goto('#/tasks');
    await by('ack-seen').first().click();
    await asked('ack_message');
  });
  await step('sends, shows how far it is, and cancels', async () => {
    await page.goto('#/hand-over');
    await by('sync-now').click();
    await by('progress').waitFor();
    await by('sync-cancel').click();
    await asked('cancel_sync');
  });
  await step('calls for help when pressed long, and only then', async () => {
    await page.goto('#/sos');
    const hold = await by('sos-hold').boundingBox();
    await page.mouse.move(hold.x + hold.width / 2, hold.y + hold.height / 2);
    await page.mouse.down();
    await page.waitForTimeout(500);
    await page.mouse.up();
    assert.equal(await page.evaluate(() => window.talaSeen.includes('sos')), false);
    await page.mouse.down();
    await asked('sos');
    await page.mouse.up();
    await by('sos-answer').waitFor();
  });
  await step('and nothing went wrong behind it', async () => assert.deepEqual(faults, []));
}

let began;
await run(
  'bridge',
  async () => {
    began = await begin();
    await walk(began);
  },
  async () => began?.end(),
);
