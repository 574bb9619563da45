// Which core stands behind the pages: the fake in mode "fake", a shell's bridge, else the worker of a browser.

import { CoreError, type FieldCore } from './field-core.ts';

export async function pickCore(): Promise<FieldCore> {
  throw new CoreError('unsupported', 'no core is built in');
}
