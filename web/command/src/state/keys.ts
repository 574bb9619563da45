// Keyboard use of the desk. A page registers what its keys do; typing in a field is never taken for a command.

export type Command =
  | 'next'
  | 'previous'
  | 'open'
  | 'search'
  | 'close'
  | 'help'
  | 'map'
  | 'incidents'
  | 'patrols';
export type Commands = Partial<Record<Command, () => void>>;

const SINGLE: Record<string, Command> = {
  j: 'next',
  k: 'previous',
  Enter: 'open',
  '/': 'search',
  Escape: 'close',
  '?': 'help',
};
const AFTER_G: Record<string, Command> = { m: 'map', i: 'incidents', p: 'patrols' };
const CHORD_MS = 1_200;

const stack: Commands[] = [];
let chordAt = Number.NEGATIVE_INFINITY;

/** Adds commands on top of those already there; returns how to take them away. */
export function useKeys(commands: Commands): () => void {
  stack.push(commands);
  return () => {
    const at = stack.indexOf(commands);
    if (at >= 0) stack.splice(at, 1);
  };
}

/** Which command a key press means, given when `g` was last pressed. Exported for its test. */
export function commandOf(key: string, now: number, chordStart: number): Command | null {
  if (now - chordStart < CHORD_MS) return AFTER_G[key] ?? null;
  return SINGLE[key] ?? null;
}

export function onKeydown(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : null;
  const typing = target?.closest('input:not([type=checkbox]):not([type=radio]), textarea, select') != null;
  if (document.querySelector('dialog[open]')) return;
  if (typing && event.key !== 'Escape') return;
  if (event.key === 'g' && !typing) {
    chordAt = event.timeStamp;
    return;
  }
  const command = commandOf(event.key, event.timeStamp, chordAt);
  chordAt = Number.NEGATIVE_INFINITY;
  if (command === null) return;
  // Enter on a link or a button is that element's own.
  if (command === 'open' && target?.closest('a, button, summary')) return;
  const found = stack.findLast((commands) => commands[command] !== undefined)?.[command];
  if (!found) return;
  event.preventDefault();
  found();
}
