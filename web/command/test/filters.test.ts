import { describe, expect, it } from 'vitest';
import {
  filtersText,
  incidentQuery,
  inView,
  NO_FILTERS,
  parseFilters,
  patrolQuery,
  spanOf,
} from '../src/state/filters.ts';
import { parsePath, pathOf, type Route } from '../src/state/route.ts';

const ZONE = 'Asia/Shanghai';
const NOW = Date.parse('2026-06-02T06:25:00Z');
const UNIT = '0'.repeat(31).concat('a');

describe('filters in the URL', () => {
  it('come back as they were', () => {
    const filters = {
      ...NO_FILTERS,
      unit: UNIT,
      range: 'custom' as const,
      fromDay: '2026-05-01',
      untilDay: '2026-05-31',
      category: 'grazing_ban',
      band: 'criminal_lead',
      q: '蒙H·12345 & 开垦',
    };
    expect(parseFilters(filtersText(filters))).toEqual(filters);
  });

  it('leave a bare address when there are none', () => {
    expect(filtersText(NO_FILTERS)).toBe('');
    expect(parseFilters('')).toEqual(NO_FILTERS);
  });

  it('ignore what is not a filter', () => {
    const found = parseFilters('?unit=../x&range=forever&category=<b>&from=yesterday&band=A%20B');
    expect(found).toEqual(NO_FILTERS);
    expect(parseFilters(`?q=${'长'.repeat(500)}`).q.length).toBe(200);
  });
});

describe('time', () => {
  it('of "today" begins at midnight of the deployment', () => {
    const span = spanOf({ ...NO_FILTERS, range: 'today' }, NOW, ZONE);
    expect(span).toEqual({ fromMs: Date.parse('2026-06-01T16:00:00Z'), untilMs: null });
  });

  it('of two days holds both whole', () => {
    const filters = {
      ...NO_FILTERS,
      range: 'custom' as const,
      fromDay: '2026-05-01',
      untilDay: '2026-05-01',
    };
    const { fromMs, untilMs } = spanOf(filters, NOW, ZONE);
    expect((untilMs ?? 0) - (fromMs ?? 0)).toBe(24 * 3_600_000);
  });

  it('is sent as UTC with milliseconds', () => {
    const query = incidentQuery({ ...NO_FILTERS, range: '24h', q: '开垦' }, NOW, ZONE);
    expect(query).toMatchObject({ from: '2026-06-01T06:25:00.000Z', until: null, q: '开垦' });
    expect(patrolQuery({ ...NO_FILTERS, range: 'all', state: 'out' }, NOW, ZONE)).toMatchObject({
      from: null,
      state: 'out',
    });
  });
});

describe('a live item', () => {
  const units = new Set([UNIT]);
  const view = (at: number, unit = UNIT) =>
    inView({ ...NO_FILTERS, range: '24h' }, units, unit, at, NOW, ZONE);

  it('belongs to the view by unit and time', () => {
    expect(view(NOW - 60_000)).toBe(true);
    expect(view(NOW - 25 * 3_600_000)).toBe(false);
    expect(view(NOW, 'f'.repeat(32))).toBe(false);
    expect(inView(NO_FILTERS, null, 'f'.repeat(32), NOW, NOW, ZONE)).toBe(true);
  });
});

describe('routes', () => {
  const id = 'b'.repeat(32);
  const routes: Route[] = [
    { page: 'map' },
    { page: 'incidents', id: null },
    { page: 'incidents', id },
    { page: 'patrols' },
    { page: 'patrol', id },
  ];

  it.each(routes)('%o comes back from its address', (route) => {
    expect(parsePath(pathOf(route))).toEqual(route);
  });

  it('know what is not a page', () => {
    expect(parsePath('/')).toEqual({ page: 'map' });
    for (const path of ['/cases', '/incidents/xyz', '/patrols/a/b', '/map/x']) {
      expect(parsePath(path)).toEqual({ page: 'missing' });
    }
  });
});
