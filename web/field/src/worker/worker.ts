// The worker behind the field app in a browser: it takes messages of its page and answers them.

import type { CoreEvent } from '../core/field-core.ts';
import { coreError } from './faults.ts';
import { Shell } from './shell.ts';
import type { ToPage, ToWorker } from './wire.ts';

const scope = self as unknown as {
  postMessage(message: ToPage, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};
const shell = new Shell((event: CoreEvent) => scope.postMessage({ event }));

scope.onmessage = ({ data }) => {
  if ('note' in data) {
    shell.note(data.note);
    return;
  }
  void answer(data);
};

async function answer(message: Exclude<ToWorker, { note: unknown }>): Promise<void> {
  const { id } = message;
  try {
    const ok =
      'put' in message ? shell.put(message.put.token, message.put.bytes) : await shell.do(message.ask);
    scope.postMessage({ id, ok }, transferable(ok));
  } catch (thrown) {
    const { code, message: said } = coreError(thrown);
    scope.postMessage({ id, error: { code, message: said } });
  }
}

/** The bytes of a file go over without a copy. */
function transferable(ok: unknown): Transferable[] {
  const bytes = (ok as { bytes?: unknown } | null)?.bytes;
  return bytes instanceof Uint8Array ? [bytes.buffer] : [];
}
