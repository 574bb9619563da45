// One screen's answer to one question, asked anew whenever the core says "changed".

import { untrack } from 'svelte';
import type { Answer, Ask, CoreError, Verb } from '../core/field-core.ts';
import { app } from './app.svelte.ts';
import { asCoreError } from './faults.ts';

export interface Snapshot<V extends Verb> {
  /** The last answer; null until the first. */
  readonly value: Answer<V> | null;
  /** Why the last question failed. The last answer stays. */
  readonly fault: CoreError | null;
  /** Asks again now. */
  refresh: () => void;
}

/**
 * Called while a component is made. `ask` may return null: nothing to ask yet. What nobody waits for gives `calmMs`: after
 * the first answer it is asked only when nothing has changed for so long, behind what the officer is doing.
 */
export function snapshot<V extends Verb>(ask: () => Ask<V> | null, calmMs = 0): Snapshot<V> {
  let value = $state.raw<Answer<V> | null>(null);
  let fault = $state.raw<CoreError | null>(null);
  let again = $state(0);
  let asked = 0;
  let text = '';

  $effect(() => {
    void [app.version, again];
    const message = ask();
    if (message === null || !app.ready) return undefined;
    asked += 1;
    const mine = asked;
    if (calmMs === 0 || untrack(() => value) === null) {
      put(message, mine);
      return undefined;
    }
    const wait = setTimeout(() => put(message, mine), calmMs);
    return () => clearTimeout(wait);
  });

  function put(message: Ask<V>, mine: number): void {
    app.call(message).then(
      (answer) => {
        // An answer that was overtaken by a later question says nothing any more.
        if (mine !== asked) return;
        fault = null;
        // Nor does one that says the same again: nothing of the page is drawn anew for it.
        const said = JSON.stringify(answer);
        if (said === text) return;
        text = said;
        value = answer;
      },
      (error: unknown) => {
        if (mine === asked) fault = asCoreError(error);
      },
    );
  }

  return {
    get value() {
      return value;
    },
    get fault() {
      return fault;
    },
    refresh: () => {
      again += 1;
    },
  };
}
