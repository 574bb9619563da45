// The core behind a native shell: questions out by `window.tala.post`, answers and events in by
// `window.talaReceive`. The wire is docs/FIELD-BRIDGE.md. Everything that comes in is somebody else's text.

import {
  type Answer,
  type Ask,
  CoreError,
  type CoreEvent,
  type ErrorCode,
  type FieldCore,
  type Verb,
} from './field-core.ts';

/** What a shell puts into the page. */
export interface Shell {
  post(json: string): void;
}

/** Where a shell finds the page's ear. */
export interface ShellWindow {
  tala?: Shell;
  talaReceive?: (json: string) => void;
}

interface Waiting {
  resolve: (answer: unknown) => void;
  reject: (error: CoreError) => void;
}

const EVENTS: ReadonlySet<string> = new Set([
  'changed',
  'sync',
  'recorder',
  'opened',
] satisfies CoreEvent['event'][]);

export class NativeCore implements FieldCore {
  private readonly waiting = new Map<string, Waiting>();
  private readonly listeners = new Set<(event: CoreEvent) => void>();
  private asked = 0;

  /** `life` tells this load of the page from the one before: an answer to that one must not be taken for ours. */
  constructor(
    private readonly shell: Shell,
    private readonly life: string,
  ) {}

  call<V extends Verb>(message: Ask<V>): Promise<Answer<V>> {
    this.asked += 1;
    const id = `${this.life}-${this.asked}`;
    return new Promise((resolve, reject) => {
      // What is answered is trusted to be of the verb's shape: the shell is of our own making.
      this.waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      try {
        this.shell.post(JSON.stringify({ id, ask: message }));
      } catch (error) {
        this.waiting.delete(id);
        reject(new CoreError('failed', `the shell did not take the message: ${String(error)}`));
      }
    });
  }

  listen(listener: (event: CoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes one text from the shell. What is no answer to an open question and no event is dropped. */
  receive(json: string): void {
    const said = parsed(json);
    if (said === null) return;
    if (typeof said.event === 'string') {
      if (EVENTS.has(said.event)) this.tell(said as unknown as CoreEvent);
    } else if (typeof said.id === 'string') this.settle(said.id, said);
  }

  private settle(id: string, said: Record<string, unknown>): void {
    const asker = this.waiting.get(id);
    if (asker === undefined) return;
    this.waiting.delete(id);
    if ('ok' in said) asker.resolve(said.ok);
    else asker.reject(errorOf(said.error));
  }

  /** One listener that throws does not keep the others from hearing. */
  private tell(event: CoreEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        reportError(error);
      }
    }
  }
}

/** The core over the shell of this window, or null where there is none. */
export function nativeCore(window: ShellWindow, life: string): NativeCore | null {
  if (typeof window.tala?.post !== 'function') return null;
  const core = new NativeCore(window.tala, life);
  window.talaReceive = (json) => core.receive(json);
  return core;
}

function parsed(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function errorOf(value: unknown): CoreError {
  const { code, message } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return new CoreError(
    typeof code === 'string' ? (code as ErrorCode) : 'failed',
    typeof message === 'string' ? message : 'an answer without ok and without error',
  );
}
