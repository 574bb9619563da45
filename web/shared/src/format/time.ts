// Times as people at the desk read them. Every function takes the deployment's zone and the present, so that the
// same input gives the same text on every machine.

import type { Locale } from '../i18n/locales.ts';
import { translate } from '../i18n/translate.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A record known more than this after it happened is late and says both times. */
export const LATE_MS = 15 * MINUTE_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: Locale, zone: string, key: string, options: Intl.DateTimeFormatOptions) {
  const id = `${locale}|${zone}|${key}`;
  let found = formats.get(id);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    formats.set(id, found);
  }
  return found;
}

/** `14:02` */
export function clockText(ms: number, zone: string): string {
  return format('en', zone, 'hm', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);
}

/** `14:02:31` */
export function clockSecondsText(ms: number, zone: string): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  return format('en', zone, 'hms', options).format(ms);
}

/** The calendar day in the zone, `2026-06-01`: comparable and fit for a date input. */
export function dayKey(ms: number, zone: string): string {
  const parts = format('en', zone, 'ymd', { year: 'numeric', month: '2-digit', day: '2-digit' });
  const by = Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
  return `${by.year}-${by.month}-${by.day}`;
}

/** `6月1日` / `1 Jun`; with the year when it is not this one. */
export function dayText(ms: number, now: number, zone: string, locale: Locale): string {
  const sameYear = dayKey(ms, zone).slice(0, 4) === dayKey(now, zone).slice(0, 4);
  if (locale === 'mn') return mongolianDay(dayKey(ms, zone), sameYear);
  const tag = locale === 'en' ? 'en-GB' : locale;
  const key = `${tag}${sameYear ? 'md' : 'ymdl'}`;
  const options: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' };
  if (!sameYear) options.year = 'numeric';
  return format(tag as Locale, zone, key, options).format(ms);
}

/** `11 сарын 22`; most browsers know no Mongolian and would fall back to English. */
function mongolianDay(key: string, sameYear: boolean): string {
  const [year = 0, month = 0, day = 0] = key.split('-').map(Number);
  const text = `${month} сарын ${day}`;
  return sameYear ? text : `${year} оны ${text}`;
}

/** `14:02` today, `6月1日 14:02` on any other day. */
export function momentText(ms: number, now: number, zone: string, locale: Locale): string {
  const clock = clockText(ms, zone);
  return dayKey(ms, zone) === dayKey(now, zone) ? clock : `${dayText(ms, now, zone, locale)} ${clock}`;
}

/** `23 分钟前` / `23 min ago`; `3 小时后` / `in 3 h` for a time ahead, be it a plan or a phone's wrong clock. */
export function ageText(ageMs: number, locale: Locale): string {
  const t = (key: Parameters<typeof translate>[1], n: number) => translate(locale, key, { n });
  if (ageMs <= -DAY_MS) return t('time.in_d', Math.floor(-ageMs / DAY_MS));
  if (ageMs <= -HOUR_MS) return t('time.in_h', Math.floor(-ageMs / HOUR_MS));
  if (ageMs <= -MINUTE_MS) return t('time.in_min', Math.floor(-ageMs / MINUTE_MS));
  if (ageMs < MINUTE_MS) return translate(locale, 'time.just_now');
  if (ageMs < HOUR_MS) return t('time.min_ago', Math.floor(ageMs / MINUTE_MS));
  if (ageMs < DAY_MS) return t('time.h_ago', Math.floor(ageMs / HOUR_MS));
  return t('time.d_ago', Math.floor(ageMs / DAY_MS));
}

/** `14:02 (23 min ago)` */
export function momentAgeText(ms: number, now: number, zone: string, locale: Locale): string {
  return translate(locale, 'time.with_age', {
    at: momentText(ms, now, zone, locale),
    age: ageText(now - ms, locale),
  });
}

const MONGOLIAN_WEEKDAYS = ['Ня', 'Да', 'Мя', 'Лх', 'Пү', 'Ба', 'Бя'];

function weekdayText(ms: number, zone: string, locale: Locale): string {
  if (locale === 'mn') return MONGOLIAN_WEEKDAYS[new Date(dayKey(ms, zone)).getUTCDay()] ?? '';
  return format(locale, zone, 'wd', { weekday: 'short' }).format(ms);
}

/** `recorded Tue 14:02, known Fri 09:10`, or null when the record was not late. */
export function lateText(atMs: number, knownMs: number, zone: string, locale: Locale): string | null {
  if (knownMs - atMs <= LATE_MS) return null;
  const sameDay = dayKey(atMs, zone) === dayKey(knownMs, zone);
  const inWeek = knownMs - atMs < 6 * DAY_MS;
  const one = (ms: number) => {
    if (sameDay) return clockText(ms, zone);
    const day = inWeek ? weekdayText(ms, zone, locale) : dayText(ms, knownMs, zone, locale);
    return `${day} ${clockText(ms, zone)}`;
  };
  return translate(locale, 'time.late', { at: one(atMs), known: one(knownMs) });
}

/** `3 小时 24 分` / `3 h 24 min` */
export function durationText(seconds: number, locale: Locale): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  const h = Math.floor(minutes / 60);
  const m = minutes % 60;
  if (h === 0) return translate(locale, 'time.minutes', { m });
  return translate(locale, 'time.hours_minutes', { h, m: String(m).padStart(2, '0') });
}

/** Start of the calendar day of `ms` in the zone, as epoch milliseconds. */
export function startOfDay(ms: number, zone: string): number {
  const key = dayKey(ms, zone);
  return dayStart(key, zone);
}

/** Epoch milliseconds at which the day `2026-06-01` begins in the zone. */
export function dayStart(key: string, zone: string): number {
  const guess = Date.parse(`${key}T00:00:00Z`);
  const first = guess - offsetMs(guess, zone);
  return guess - offsetMs(first, zone);
}

function offsetMs(ms: number, zone: string): number {
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  };
  const by = Object.fromEntries(
    format('en', zone, 'full', options)
      .formatToParts(ms)
      .map((part) => [part.type, part.value]),
  );
  const asUtc = Date.parse(`${by.year}-${by.month}-${by.day}T${by.hour}:${by.minute}:${by.second}Z`);
  return asUtc - Math.floor(ms / 1000) * 1000;
}
