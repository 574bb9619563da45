// A field's value as text, whatever it holds; what this build does not know is shown as it came.

import { areaText, lengthText, placeText } from '@tala/shared/format/measure';
import { momentText } from '@tala/shared/format/time';
import { i18n, t, tCode } from '@tala/shared/i18n/i18n';
import { clock } from './clock.svelte.ts';
import type { Desk } from './desk.svelte.ts';

export function valueText(desk: Desk, path: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return t('value.none');
  if (typeof value === 'number') {
    if (path === 'area_m2') return areaText(value, null, i18n.locale);
    if (path.endsWith('_m')) return lengthText(value);
    return String(value);
  }
  if (path === 'point' && isLonLat(value)) return placeText(value[0], value[1]);
  if (typeof value !== 'string') return JSON.stringify(value);
  if (path === 'severity') return tCode('severity', value);
  if (path === 'category') return categoryText(desk, value);
  if (path.endsWith('_at')) return timeText(value);
  return value;
}

function categoryText(desk: Desk, code: string): string {
  const type = desk.types.value?.find((one) => one.code === code);
  return (type && i18n.name(type.labels)) || code;
}

function timeText(value: string): string {
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? value : momentText(ms, clock.now, clock.zone, i18n.locale);
}

function isLonLat(value: unknown): value is [number, number] {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number';
}
