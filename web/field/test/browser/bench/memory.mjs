// How much memory the page and its workers hold, as the browser itself counts it, and what the system gave the
// process that runs them.

import { readdirSync, readFileSync } from 'node:fs';
import { mib, round } from './figures.mjs';

/**
 * `page_mib`: JavaScript heaps, documents, canvases and buffers of the page and of each of its workers
 * (`performance.measureUserAgentSpecificMemory`), and the WebAssembly memory of the workers, which Chromium leaves
 * out of that. `process_mib`: all that the renderer process has for itself, compiled code and caches with it.
 */
export async function memory(page, profile) {
  const told = await page.evaluate(() => performance.measureUserAgentSpecificMemory());
  const wasm = await wasmBytes(page);
  return {
    page_mib: mib(told.bytes + wasm),
    wasm_mib: mib(wasm),
    parts: told.breakdown.filter(({ bytes }) => bytes > 100_000).map(part),
    process_mib: rendererMib(profile),
  };
}

function part({ bytes, types, attribution }) {
  const where = attribution.map(({ scope, url }) => `${scope} ${url.split('/').at(-1)}`).join(', ');
  return `${mib(bytes)} MiB ${types.join('+')} ${where}`.trim();
}

/** Asks every worker of the page for its WebAssembly memories. */
async function wasmBytes(page) {
  const session = await page.context().newCDPSession(page);
  const workers = [];
  const waiting = new Map();
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') workers.push(sessionId);
  });
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  const tell = (sessionId, method, params) => {
    const id = waiting.size + 1;
    const answer = new Promise((resolve) => waiting.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    return session.send('Target.sendMessageToTarget', { sessionId, message }).then(() => answer);
  };
  let bytes = 0;
  for (const worker of workers) {
    const kind = await tell(worker, 'Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
    const all = await tell(worker, 'Runtime.queryObjects', { prototypeObjectId: kind.result.objectId });
    const sum = await tell(worker, 'Runtime.callFunctionOn', {
      objectId: all.objects.objectId,
      functionDeclaration: 'function () { return this.reduce((sum, it) => sum + it.buffer.byteLength, 0); }',
      returnByValue: true,
    });
    bytes += sum.result.value;
  }
  await session.detach();
  if (bytes === 0)
    throw new Error('no worker of the page has a WebAssembly memory: nothing would be counted');
  return bytes;
}

/** The largest renderer of the browser on this profile; null where the system does not tell. */
function rendererMib(profile) {
  try {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const renderers = all.filter(
      (pid) => read(`/proc/${pid}/cmdline`).includes('--type=renderer') && above(pid).includes(profile),
    );
    return renderers.length === 0 ? null : round(Math.max(...renderers.map(privateMib)));
  } catch {
    return null;
  }
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
