// How much memory the page and its workers hold, as the browser itself counts it, and what the system gave the
// process that runs them.

import { readdirSync, readFileSync } from 'node:fs';
import { mib } from './figures.mjs';

/**
 * `page_mib`: JavaScript, documents, canvases and WebAssembly memory of the page and of every worker it has, after a
 * collection. `process_mib`: what the renderer process has for itself, with the browser's own code and caches in it.
 */
export async function memory(page, profile) {
  const told = await page.evaluate(async () => {
    const { bytes, breakdown } = await performance.measureUserAgentSpecificMemory();
    return { bytes, breakdown: breakdown.filter((part) => part.bytes > 0) };
  });
  return { page_mib: mib(told.bytes), parts: parts(told.breakdown), process_mib: rendererMib(profile) };
}

function parts(breakdown) {
  return breakdown.map(({ bytes, types, attribution }) => {
    const where = attribution.map(({ scope, url }) => `${scope} ${url.split('/').at(-1) || '/'}`).join(', ');
    return `${mib(bytes)} MiB ${types.join('+') || 'other'} ${where}`.trim();
  });
}

/** The largest renderer of the browser on this profile; null where the system does not tell. */
function rendererMib(profile) {
  try {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const ours = all.filter((pid) => {
      const line = read(`/proc/${pid}/cmdline`);
      return line.includes('--type=renderer') && parentLine(pid).includes(profile);
    });
    return Math.max(...ours.map(privateMib));
  } catch {
    return null;
  }
}

/** The command line of the browser above a renderer; a zygote stands between. */
function parentLine(pid) {
  let line = '';
  let at = pid;
  for (let up = 0; up < 3 && Number(at) > 1; up += 1) {
    at = /^PPid:\s+(\d+)/m.exec(read(`/proc/${at}/status`))?.[1] ?? '1';
    line += read(`/proc/${at}/cmdline`);
  }
  return line;
}

function privateMib(pid) {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  const all = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)];
  return mib(all.reduce((sum, [, kb]) => sum + Number(kb) * 1024, 0));
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended since.
    return '';
  }
}
