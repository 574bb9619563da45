// Plays a native shell over any core: reads and writes texts as docs/FIELD-BRIDGE.md has them. For tests.

import { type Ask, CoreError, type FieldCore, type Verb } from '../field-core.ts';
import type { Shell, ShellWindow } from '../native-core.ts';

const MESSAGE_MAX = 8 * 1024 * 1024;

/** Puts a shell over `core` into `page`. */
export function installShell(page: ShellWindow, core: FieldCore): void {
  const say = (said: object): void => page.talaReceive?.(JSON.stringify(said));
  core.listen((event) => say(event));
  const shell: Shell = {
    post: (json) => {
      const read = parsed(json);
      if (read === null) return;
      const { id, ask } = read;
      const refused = json.length > MESSAGE_MAX ? new CoreError('too_long', 'the message is too long') : null;
      const answer = refused ? Promise.reject(refused) : core.call(ask);
      answer.then(
        (ok) => say({ id, ok }),
        (error: unknown) => {
          const { code, message } =
            error instanceof CoreError ? error : new CoreError('failed', String(error));
          say({ id, error: { code, message } });
        },
      );
    },
  };
  page.tala = shell;
}

function parsed(json: string): { id: string; ask: Ask<Verb> } | null {
  try {
    const read = JSON.parse(json) as { id?: unknown; ask?: unknown };
    return typeof read.id === 'string' && typeof read.ask === 'object' ? (read as never) : null;
  } catch {
    return null;
  }
}
