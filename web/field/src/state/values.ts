// Values of fields as words, for a conflict and for what newer versions wrote.

import { momentText } from '@tala/shared/format/time';
import { i18n } from '@tala/shared/i18n/i18n';
import type { CategoryLine } from '../core/field-core.ts';
import { tCode } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { categoryLabel } from './categories.ts';

/** The text of one value of a conflict. What has no words of its own is shown as it was written. */
export function valueText(field: string, value: string, categories: readonly CategoryLine[] | null): string {
  if (field === 'category') return categoryLabel(categories, value);
  if (field === 'severity') return tCode('severity', value);
  if (field === 'geometry') return shapeText(value);
  if (field === 'occurred_at' || field === 'occurred_ms') return timeText(value);
  return value;
}

function timeText(value: string): string {
  const ms = Number(value);
  return Number.isFinite(ms) ? momentText(ms, app.now, app.zone, i18n.locale) : value;
}

function shapeText(value: string): string {
  try {
    const { type } = JSON.parse(value) as { type?: string };
    return tCode('shape', type);
  } catch {
    return value;
  }
}
