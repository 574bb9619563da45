// Runs the built pages behind a native shell: the shell of src/core/fake/shell.ts over the in-memory core, put into
// the page before its first script, so that every message crosses docs/FIELD-BRIDGE.md as text.
//
//   npm run build:fake -w field && npm run bridge -w field

import { build } from 'vite';
import { begin, listen, phone, root } from './browser.mjs';

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

const { base, browser, end } = await begin();
const context = await phone(browser, base);
await context.addInitScript({ content: await shellScript() });
const page = await context.newPage();
page.setDefaultTimeout(60_000);
const faults = listen(page);
const asked = (verb) => page.waitForFunction((name) => window.talaSeen.includes(name), verb);

await page.goto('#/home');
await asked('open');
await page.locator('[data-testid=pause]').click();
await asked('pause');
await page.goto('#/tasks');
await page.locator('[data-testid=ack-seen]').first().click();
await asked('ack_message');
await page.goto('#/hand-over');
await page.locator('[data-testid=sync-now]').click();
await page.waitForSelector('[data-testid=progress]');
await page.locator('[data-testid=sync-cancel]').click();
await asked('cancel_sync');
await page.goto('#/sos');
const hold = await page.locator('[data-testid=sos-hold]').boundingBox();
await page.mouse.move(hold.x + hold.width / 2, hold.y + hold.height / 2);
await page.mouse.down();
await page.waitForTimeout(500);
await page.mouse.up();
const early = await page.evaluate(() => window.talaSeen.includes('sos'));
await page.mouse.down();
await asked('sos');
await page.mouse.up();
await page.waitForSelector('[data-testid=sos-answer]');

await end();
const failed = [...faults.filter((one) => !one.includes('Failed to load resource'))];
if (early) failed.push('a short press called for help');
console.log(failed.length === 0 ? 'the pages run behind a shell' : failed.join('\n'));
process.exit(failed.length === 0 ? 0 : 1);
