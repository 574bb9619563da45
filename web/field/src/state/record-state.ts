// Where a record is, in the exact words, and what keeps it there.

import type { Glyph } from '@tala/shared/icons/glyphs';
import type { RecordLine } from '../core/field-core.ts';
import type { FieldKey } from '../words/words.ts';

export interface RecordState {
  tone: 'plain' | 'green' | 'ochre' | 'red' | 'blue';
  icon: Glyph;
  key: FieldKey;
  /** Why it does not move by itself, and what to do. */
  blocked: FieldKey | null;
}

/** What the office said that is more than "it is here": it took it on, or gave it into the crime unit's hands. */
export function acceptedKey(taken: string | null | undefined): FieldKey | null {
  if (taken === 'handed_over') return 'hand.where.handed_over';
  return taken === 'taken' || taken === 'done' ? 'hand.where.taken' : null;
}

/** `taken`: what the office said of it. Only a receipt makes a record green. */
export function recordState(record: Pick<RecordLine, 'whereabouts'>, taken: string | null): RecordState {
  switch (record.whereabouts) {
    case 'refused':
      return { tone: 'red', icon: 'warn', key: 'hand.where.refused', blocked: 'hand.why.refused' };
    case 'waiting_for_key': {
      const key = 'hand.where.waiting_for_key';
      return { tone: 'ochre', icon: 'lock', key, blocked: 'hand.why.waiting_for_key' };
    }
    case 'acknowledged':
      return { tone: 'blue', icon: 'check', key: 'hand.where.acknowledged', blocked: null };
    case 'at_centre': {
      const accepted = acceptedKey(taken);
      return accepted
        ? { tone: 'green', icon: 'gavel', key: accepted, blocked: null }
        : { tone: 'green', icon: 'proof', key: 'hand.where.at_centre', blocked: null };
    }
    default:
      return { tone: 'plain', icon: 'saved', key: 'hand.where.here', blocked: null };
  }
}

const URGENCY: readonly RecordLine['whereabouts'][] = [
  'refused',
  'waiting_for_key',
  'here',
  'acknowledged',
  'at_centre',
];

/** What needs a person first, what is safe last; otherwise as the core has them. */
export function byUrgency(records: readonly RecordLine[]): RecordLine[] {
  const rank = (record: RecordLine) => URGENCY.indexOf(record.whereabouts);
  return [...records].sort((a, b) => rank(a) - rank(b));
}
