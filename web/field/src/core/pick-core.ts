// Which core stands behind the pages: a shell's bridge, else the fake where this build has one, else the worker of
// a browser. The fake is in no production bundle: the mode is a constant of the build.

import type { FieldCore } from './field-core.ts';
import { nativeCore, type ShellWindow } from './native-core.ts';

export async function pickCore(): Promise<FieldCore> {
  const shell = nativeCore(window as ShellWindow, crypto.randomUUID().slice(0, 8));
  if (shell !== null) return shell;
  if (import.meta.env.MODE === 'fake') {
    const { fakeCore } = await import('./fake/pick.ts');
    return fakeCore(new URLSearchParams(location.search).get('fake'));
  }
  const { WorkerCore } = await import('./worker-core.ts');
  return new WorkerCore();
}
