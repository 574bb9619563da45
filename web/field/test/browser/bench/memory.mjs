// How much memory the page and its workers hold, as the browser itself counts it, and what the system gave the
// process that runs them.

import { mib } from './figures.mjs';
import { rendererMib } from './processes.mjs';

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
