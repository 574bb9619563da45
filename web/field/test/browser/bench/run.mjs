// `cargo xtask bench field [--json]`: how quick and how large the officer's app is, in Chromium, over the real core
// against a real centre. Ends with 1 where a limit is passed.
//
//   node test/browser/bench/run.mjs [--json] [--fixes N]
//
// Needs what ../run.mjs needs, and the field app built over its module (`npm run build` in web). `--fixes` shortens
// the day to see that the bench works: the memory it then shows is of a shorter day.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));
process.env.TALA_RUN_DIR ??= join(root, 'target/bench-field');
const { stage } = await import('./stage.mjs');
const { comesHome, enrolled, goesOn, rides, setsOut } = await import('./duty.mjs');
const { dayOfPlaces, median, round } = await import('./figures.mjs');
const { handset } = await import('./handset.mjs');
const { mapFrames } = await import('./map.mjs');
const { memory } = await import('./memory.mjs');
const { fills, opensList, savesByTaps } = await import('./reports.mjs');

const DAY_FIXES = 28_800;
const STARTS = 5;
const REPORTS = 100;
const INCIDENTS = 500;
const MAP_S = 12;
/** What the issue asks for; each is the most there may be. */
const LIMITS = {
  cold_start_ms: 2_000,
  incident_save_p95_ms: 50,
  memory_mib: 150,
  module_bytes_compressed: 1_300_000,
};

const json = process.argv.includes('--json');
const fixes = Number(process.argv[process.argv.indexOf('--fixes') + 1]) || DAY_FIXES;
const said = (line) => process.stderr.write(`bench-field: ${line}\n`);

async function coldStarts(device, origin, code) {
  let context = await device.start();
  await enrolled(context, code);
  await context.close();
  await origin.offline();
  const starts = [];
  for (let n = 0; n < STARTS; n += 1) {
    context = await device.start();
    const { page, ms } = await setsOut(context);
    starts.push(ms);
    if (n < STARTS - 1) await comesHome(page);
    await context.close();
    said(`start ${n + 1}: first fix after ${Math.round(ms)} ms`);
  }
  context = await device.start();
  const again = await goesOn(context);
  return { starts, resumed: again.ms, page: again.page, context };
}

async function measured(device, { origin, code }) {
  const cold = await coldStarts(device, origin, code);
  const { page } = cold;
  const empty = await memory(page, device.profile);
  const places = dayOfPlaces(fixes, Date.now());
  const recorded = await rides(page, places, said);
  if (recorded < fixes) throw new Error(`${recorded} of ${fixes} fixes were recorded`);
  const day = await memory(page, device.profile);
  said(`after the ride: ${JSON.stringify(day)}`);
  const map = await mapFrames(page, MAP_S);
  const onMap = await memory(page, device.profile);
  const save = await savesByTaps(page, REPORTS, places.slice(-3_600), said);
  await fills(page, INCIDENTS);
  const list_ms = await opensList(page);
  const end = await memory(page, device.profile);
  await cold.context.close();
  return { cold, empty, recorded, day, map, onMap, save, list_ms, end };
}

function figures({ cold, empty, recorded, day, map, onMap, save, list_ms, end }) {
  return {
    cold_start_ms: round(median(cold.starts), 0),
    incident_save_p95_ms: save.p95,
    memory_mib: Math.max(day.page_mib, onMap.page_mib),
    module_bytes_compressed: moduleBytes(),
    cold_start_worst_ms: round(Math.max(...cold.starts), 0),
    resume_ms: round(cold.resumed, 0),
    incident_save_p50_ms: save.p50,
    incident_save_worst_ms: save.worst,
    incident_shown_p95_ms: save.shown_p95,
    fixes: recorded,
    memory_at_start_mib: empty.page_mib,
    memory_with_500_incidents_mib: end.page_mib,
    wasm_mib: day.wasm_mib,
    process_mib: Math.max(day.process_mib ?? 0, onMap.process_mib ?? 0) || null,
    map_fps: { median: map.median, p5: map.p5 },
    map_script_ms: map.script_ms,
    list_ms,
    cpus: cpus().length,
    load_1min: round(loadavg()[0]),
  };
}

function moduleBytes() {
  const script = join(root, 'mobile-bindings/wasm/measure.mjs');
  const module = join(root, 'target/wasm/tala_bg.wasm');
  return JSON.parse(execFileSync('node', [script, module], { encoding: 'utf8' })).brotli_bytes;
}

function table(found) {
  const rows = Object.entries(found).map(([name, value]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const limit = LIMITS[name] === undefined ? '' : `at most ${LIMITS[name]}`;
    return `${name.padEnd(30)}${text.padStart(28)}   ${limit}`.trimEnd();
  });
  return rows.join('\n');
}

const on = await stage();
const device = handset(on.origin.url);
let found = null;
try {
  found = figures(await measured(device, on));
} finally {
  device.end();
  await on.stop();
}
process.stdout.write(`${json ? JSON.stringify(found) : table(found)}\n`);
const passed = Object.entries(LIMITS).filter(([name, most]) => !(found[name] <= most));
for (const [name, most] of passed) said(`${name} is ${found[name]}, at most ${most}`);
process.exit(passed.length > 0 ? 1 : 0);
