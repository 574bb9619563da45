// A page without anything to see: it hands the core to whoever drives the browser.

import type { CoreEvent, FieldCore, Verb } from '../../src/core/field-core.ts';
import { WorkerCore } from '../../src/core/worker-core.ts';

type Anything = Record<string, unknown>;

/** An answer, or the error's code and message, as plain values that cross to the driver. */
type Said = { ok: unknown } | { code: string; message: string };

const core: FieldCore = new WorkerCore();
const events: CoreEvent[] = [];
core.listen((event) => events.push(event));

async function say(ask: { do: Verb } & Anything): Promise<Said> {
  try {
    return { ok: await core.call(ask as never) };
  } catch (thrown) {
    const { code, message } = thrown as Error & { code: string };
    return { code, message };
  }
}

/** Bytes at an address that the core gave. */
async function bytesAt(url: string): Promise<number[]> {
  return [...new Uint8Array(await (await fetch(url)).arrayBuffer())];
}

Object.assign(window, { core, events, say, bytesAt });
