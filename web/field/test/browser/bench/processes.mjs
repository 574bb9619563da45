// What the system knows of the process that runs the page; null where it does not tell (anything but Linux).

import { readdirSync, readFileSync } from 'node:fs';
import { round } from './figures.mjs';

/** Of a second, in which Linux counts the time of processes for everybody. */
const TICKS = 100;

/** Memory that nobody shares with it. */
export function rendererMib(profile) {
  const [largest] = renderers(profile);
  return largest === undefined ? null : round(largest.mib);
}

/** Time that processors have spent on it since it was started. */
export function rendererCpuMs(profile) {
  const [largest] = renderers(profile);
  if (largest === undefined) return null;
  const fields = read(`/proc/${largest.pid}/stat`).split(') ').at(-1).split(' ');
  // utime and stime; the list begins with the third field of the file.
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** Renderers of the browser on this profile, the largest first: that is the page's. */
function renderers(profile) {
  let all = [];
  try {
    all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return all
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes('--type=renderer') && above(pid).includes(profile))
    .map((pid) => ({ pid, mib: privateMib(pid) }))
    .sort((a, b) => b.mib - a.mib);
}

/** The command lines above a renderer: a zygote stands between it and the browser. */
function above(pid) {
  let lines = '';
  let at = pid;
  for (let up = 0; up < 3 && Number(at) > 1; up += 1) {
    at = /^PPid:\s+(\d+)/m.exec(read(`/proc/${at}/status`))?.[1] ?? '1';
    lines += read(`/proc/${at}/cmdline`);
  }
  return lines;
}

function privateMib(pid) {
  const all = [...read(`/proc/${pid}/smaps_rollup`).matchAll(/^Private_\w+:\s+(\d+) kB/gm)];
  return all.reduce((sum, [, kb]) => sum + Number(kb) / 1024, 0);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // That process has ended since.
    return '';
  }
}
