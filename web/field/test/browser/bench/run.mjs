// `cargo xtask bench field [--json]`: how quick and how large the officer's app is, in Chromium, over the real core
// against a real centre. Ends with 1 where a limit is passed.
//
//   node test/browser/bench/run.mjs [--json] [--fixes N] [--import N] [--reports N]
//
// Needs what ../run.mjs needs, and the field app built over its module (`npm run build` in web). Not the measure, but
// for a busy machine: `--fixes` shortens the day, `--import` hands so many of its first fixes over in batches.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));
process.env.TALA_RUN_DIR ??= join(root, 'target/bench-field');
const { stage } = await import('./stage.mjs');
const { comesHome, enrolled, goesOn, imports, rides, setsOut } = await import('./duty.mjs');
const { dayOfPlaces, median, round } = await import('./figures.mjs');
const { handset } = await import('./handset.mjs');
const { mapFrames } = await import('./map.mjs');
const { memory } = await import('./memory.mjs');
const { rendererCpuMs } = await import('./processes.mjs');
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
const fixes = number('--fixes') ?? DAY_FIXES;
const imported = number('--import') ?? 0;
const reports = number('--reports') ?? REPORTS;
const said = (line) => process.stderr.write(`bench-field: ${line}\n`);

function number(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : Number(process.argv[at + 1]);
}

async function coldStarts(device, origin, code, dayStartMs) {
  let context = await device.start();
  await enrolled(context, code);
  await context.close();
  await origin.offline();
  const starts = [];
  for (let n = 0; n < STARTS; n += 1) {
    context = await device.start();
    const { page, ms } = await setsOut(context);
    starts.push({ ms, cpu_ms: rendererCpuMs(device.profile) ?? Number.NaN });
    if (n < STARTS - 1) await comesHome(page);
    await context.close();
    said(`start ${n + 1}: first fix after ${Math.round(ms)} ms`);
  }
  context = await device.start();
  const again = await goesOn(context, dayStartMs);
  return { starts, resumed: again.ms, page: again.page, context };
}

async function measured(device, { origin, code }) {
  const places = dayOfPlaces(fixes, Date.now());
  const cold = await coldStarts(device, origin, code, places[0].ms - 1_000);
  const { page } = cold;
  const empty = await memory(page, device.profile);
  await imports(page, places.slice(0, imported));
  const recorded = await rides(page, places.slice(imported), said);
  if (recorded < fixes) throw new Error(`${recorded} of ${fixes} fixes were recorded`);
  const day = await memory(page, device.profile);
  said(`after the ride: ${JSON.stringify(day)}`);
  const map = await mapFrames(page, MAP_S);
  said(`map: ${JSON.stringify(map)}`);
  const onMap = await memory(page, device.profile);
  const save = await savesByTaps(page, reports, places.slice(-3_600), said);
  await fills(page, INCIDENTS);
  const list_ms = await opensList(page);
  const end = await memory(page, device.profile);
  await cold.context.close();
  return { cold, empty, recorded, day, map, onMap, save, list_ms, end };
}

function figures({ cold, empty, recorded, day, map, onMap, save, list_ms, end }) {
  return {
    cold_start_ms: round(median(cold.starts.map(({ ms }) => ms)), 0),
    incident_save_p95_ms: save.p95,
    memory_mib: Math.max(day.page_mib, onMap.page_mib),
    module_bytes_compressed: moduleBytes(),
    cold_start_worst_ms: round(Math.max(...cold.starts.map(({ ms }) => ms)), 0),
    cold_start_cpu_ms: median(cold.starts.map(({ cpu_ms }) => cpu_ms)),
    resume_ms: round(cold.resumed, 0),
    incident_save_p50_ms: save.p50,
    incident_save_worst_ms: save.worst,
    incident_shown_p95_ms: save.shown_p95,
    fixes: recorded,
    ...(imported > 0 ? { imported } : {}),
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
