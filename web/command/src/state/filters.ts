// What the reader narrowed the lists to, kept in the URL so that a view can be sent to a colleague. Pure: text to
// filters, filters to text, filters and the present to a query of the API.

import { dayStart, startOfDay } from '@tala/shared/format/time';
import type { Query } from '../api/client.ts';

export const RANGES = ['today', '24h', '7d', '30d', 'all', 'custom'] as const;
export type Range = (typeof RANGES)[number];

export interface Filters {
  unit: string | null;
  range: Range;
  /** Days of the deployment's zone, `2026-06-01`; only used with range `custom`. Both ends are included. */
  fromDay: string | null;
  untilDay: string | null;
  category: string | null;
  band: string | null;
  transport: string | null;
  state: string | null;
  q: string;
}

export const NO_FILTERS: Filters = {
  unit: null,
  range: '7d',
  fromDay: null,
  untilDay: null,
  category: null,
  band: null,
  transport: null,
  state: null,
  q: '',
};

const HOUR_MS = 3_600_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const CODE = /^[a-z0-9_]{1,40}$/;
const UNIT = /^[0-9a-f]{32}$/;

/** `fallback` is the time a page looks at when the URL names none. */
export function parseFilters(search: string, fallback: Range = NO_FILTERS.range): Filters {
  const from = new URLSearchParams(search);
  const take = (key: string, pattern: RegExp) => {
    const value = from.get(key);
    return value !== null && pattern.test(value) ? value : null;
  };
  return {
    unit: take('unit', UNIT),
    range: RANGES.find((range) => range === from.get('range')) ?? fallback,
    fromDay: take('from', DAY),
    untilDay: take('until', DAY),
    category: take('category', CODE),
    band: take('band', CODE),
    transport: take('transport', CODE),
    state: take('state', CODE),
    q: (from.get('q') ?? '').slice(0, 200),
  };
}

/** `?unit=…&range=24h`; what is at its default is left out, so an unfiltered page has a bare address. */
export function filtersText(filters: Filters, fallback: Range = NO_FILTERS.range): string {
  const to = new URLSearchParams();
  if (filters.unit) to.set('unit', filters.unit);
  if (filters.range !== fallback) to.set('range', filters.range);
  if (filters.range === 'custom') {
    if (filters.fromDay) to.set('from', filters.fromDay);
    if (filters.untilDay) to.set('until', filters.untilDay);
  }
  for (const key of ['category', 'band', 'transport', 'state', 'q'] as const) {
    const value = filters[key];
    if (value) to.set(key, value);
  }
  const text = to.toString();
  return text === '' ? '' : `?${text}`;
}

export interface Span {
  fromMs: number | null;
  untilMs: number | null;
}

/** The time the filters stand for. Days begin and end in the deployment's zone. */
export function spanOf(filters: Filters, now: number, zone: string): Span {
  switch (filters.range) {
    case 'today':
      return { fromMs: startOfDay(now, zone), untilMs: null };
    case '24h':
      return { fromMs: now - 24 * HOUR_MS, untilMs: null };
    case '7d':
      return { fromMs: now - 7 * 24 * HOUR_MS, untilMs: null };
    case '30d':
      return { fromMs: now - 30 * 24 * HOUR_MS, untilMs: null };
    case 'all':
      return { fromMs: null, untilMs: null };
    case 'custom':
      return {
        fromMs: filters.fromDay ? dayStart(filters.fromDay, zone) : null,
        untilMs: filters.untilDay ? dayStart(filters.untilDay, zone) + 24 * HOUR_MS : null,
      };
  }
}

function common(filters: Filters, now: number, zone: string): Query {
  const span = spanOf(filters, now, zone);
  return {
    unit: filters.unit,
    from: span.fromMs === null ? null : new Date(span.fromMs).toISOString(),
    until: span.untilMs === null ? null : new Date(span.untilMs).toISOString(),
  };
}

export function incidentQuery(filters: Filters, now: number, zone: string): Query {
  return { ...common(filters, now, zone), category: filters.category, band: filters.band, q: filters.q };
}

export function patrolQuery(filters: Filters, now: number, zone: string): Query {
  return { ...common(filters, now, zone), transport: filters.transport, state: filters.state };
}

export function trackQuery(filters: Filters, now: number, zone: string): Query {
  return common(filters, now, zone);
}

/** Whether a thing that happened at `atMs` in `unit` belongs in view; live events are checked with it. */
export function inView(
  filters: Filters,
  units: ReadonlySet<string> | null,
  unit: string,
  atMs: number,
  now: number,
  zone: string,
): boolean {
  if (units !== null && !units.has(unit)) return false;
  const span = spanOf(filters, now, zone);
  if (span.fromMs !== null && atMs < span.fromMs) return false;
  return span.untilMs === null || atMs < span.untilMs;
}
