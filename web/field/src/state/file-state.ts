// Where the bytes of a file are, in one word: never "synchronised" without the centre's word for it.

import type { Glyph } from '@tala/shared/icons/glyphs';
import type { FileLine } from '../core/field-core.ts';
import type { FieldKey } from '../words/words.ts';

export interface FileState {
  name: 'withdrawn' | 'lost' | 'at_centre' | 'here' | 'elsewhere';
  key: FieldKey;
  icon: Glyph;
}

export function fileState(file: FileLine): FileState {
  if (file.withdrawn !== null) return { name: 'withdrawn', key: 'file.withdrawn', icon: 'close' };
  if (file.lost) return { name: 'lost', key: 'file.lost', icon: 'warn' };
  if (file.complete) return { name: 'at_centre', key: 'file.at_centre', icon: 'proof' };
  if (file.held) return { name: 'here', key: 'file.here', icon: 'saved' };
  return { name: 'elsewhere', key: 'file.elsewhere', icon: 'offline' };
}
