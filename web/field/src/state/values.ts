// Values of fields as words, for a conflict and for what newer versions wrote. The core names a field by its place in
// the document and gives the value as JSON text; both are turned into what the officer's form calls them.

import { momentText } from '@tala/shared/format/time';
import { i18n } from '@tala/shared/i18n/i18n';
import type { CategoryLine } from '../core/field-core.ts';
import { t, tCode } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { categoryLabel } from './categories.ts';

/** Places in an incident's document, as the format pages have them. */
const FIELDS: Record<string, string> = {
  c: 'category',
  t: 'title',
  n: 'narrative',
  g: 'geometry',
  a: 'area_m2',
  l: 'length_m',
  o: 'offset',
  s: 'severity',
  cp: 'campaign',
  at: 'occurred_at',
  ev: 'evidence',
  hd: 'heads',
};
const SEVERITIES = ['low', 'medium', 'high', 'emergency'];
/** Packed shapes and measures are bytes: a person chooses by who and when. */
const PACKED: readonly string[] = ['geometry', 'area_m2', 'length_m', 'offset'];

/** The form's name of a field of the document. */
export function fieldOf(path: string): string {
  const [first = ''] = path.split(/[/.]/);
  return FIELDS[first] ?? first;
}

export function fieldLabel(path: string): string {
  const field = fieldOf(path);
  return field === 'heads' ? t('heads.title') : tCode('field', field);
}

/** The text of one value of a conflict. What has no words of its own is shown as it was written. */
export function valueText(path: string, value: string, categories: readonly CategoryLine[] | null): string {
  const field = fieldOf(path);
  const read = plain(value);
  if (field === 'category') return categoryLabel(categories, read);
  if (field === 'severity') return tCode('severity', SEVERITIES[Number(read) - 1] ?? read);
  if (field === 'occurred_at') return timeText(read);
  if (PACKED.includes(field)) return shapeText(read, field);
  return read === '' ? t('value.none') : read;
}

/** JSON text of a string or number as that string or number; anything else as it is. */
function plain(value: string): string {
  try {
    const read: unknown = JSON.parse(value);
    if (read === null) return '';
    return typeof read === 'string' || typeof read === 'number' ? String(read) : value;
  } catch {
    return value;
  }
}

function timeText(value: string): string {
  const ms = Number(value);
  return Number.isFinite(ms) ? momentText(ms, app.now, app.zone, i18n.locale) : value;
}

function shapeText(value: string, field: string): string {
  try {
    const { type } = JSON.parse(value) as { type?: string };
    return tCode('shape', type);
  } catch {
    return tCode('field', field);
  }
}
