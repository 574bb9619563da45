// The core in a real browser against a live centre.
//
//   npm run test:browser -w field            everything, with 6 kills
//   node test/browser/run.mjs --kills 200    the kill loop alone
//
// Needs target/wasm (`cargo xtask wasm`), the programs of the workspace (TALA_BIN_DIR, default target/debug) and
// Chromium (TALA_CHROMIUM, default /usr/bin/chromium). Ends with `N passed, N failed` and exit 1 if any failed.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../../..');
process.env.TALA_RUN_DIR ??= join(root, 'target/field-core-run');

const { people, startCentre } = await import('../../../../tests/e2e/centre.mjs');
const { photo } = await import('../../../../tests/e2e/phone.mjs');
const { serve } = await import('./origin.mjs');
const { walk } = await import('./walk.mjs');
const { killLoop } = await import('./kills.mjs');
const { canaries } = await import('./canary.mjs');

const kills = Number(process.argv[process.argv.indexOf('--kills') + 1]) || 0;
let passed = 0;
let failed = 0;

/** One step. Later steps stand on earlier ones, so the first failure ends the walk. */
async function step(name, work) {
  const start = Date.now();
  try {
    const result = await work();
    passed += 1;
    console.log(`ok      ${name} (${Date.now() - start} ms)`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack ?? error}`);
    throw error;
  }
}

/** A walk that fails does not keep the others from being walked. */
async function apart(work) {
  const before = failed;
  await work().catch((error) => {
    if (failed > before) return;
    failed += 1;
    console.log(`FAILED  ${error.stack ?? error}`);
  });
}

let centre;
let origin;
try {
  if (!existsSync(join(root, 'target/wasm/tala_bg.wasm'))) throw new Error('run `cargo xtask wasm` first');
  await build({ configFile: join(here, 'vite.config.ts'), logLevel: 'error' });
  centre = await startCentre();
  origin = await serve(join(root, 'target/field-core'), centre.url);
  const { batu } = people();
  const at = (name) => ({
    url: origin.url,
    requests: origin.requests,
    centre,
    code: centre.code(batu, name),
    photo: photo(4_007, 'reclamation'),
    person: batu.name,
  });
  if (kills === 0) {
    await apart(() => walk(step, at('walk')));
    await apart(() => canaries(step, at('canary')));
  }
  const times = kills || 6;
  await apart(() =>
    step(`${times} kills lose nothing that was acknowledged`, async () => {
      const log = (line) => console.log(`        ${line}`);
      const acked = await killLoop(times, { ...at('kills'), log });
      console.log(`        ${acked} fixes acknowledged`);
    }),
  );
} catch (error) {
  failed += 1;
  console.log(`FAILED  setting up\n${error.stack ?? error}\n${error.stderr ?? ''}`);
} finally {
  origin?.stop();
  centre?.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
