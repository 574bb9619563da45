import { ageBucket, positionBadge } from '@tala/shared/map/age';
import { incidentImage, parseSign, positionImage } from '@tala/shared/map/sign-names';
import { describe, expect, it } from 'vitest';
import type { Incident, Position, TrackCollection, TrackFeature } from '../src/api/types.ts';
import {
  around,
  boundsOf,
  gapLines,
  incidentPoints,
  positionPoints,
  trackLines,
  withTrack,
} from '../src/map/geojson.ts';

const NOW = Date.parse('2026-06-02T06:25:00Z');
const MIN = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

function position(ageMs: number, declaredMs: number | null = null): Position {
  return {
    device: 'd1',
    patrol: 'p1',
    unit: 'u1',
    person: { id: 'x', name: '巴特尔' },
    transport: 'horse',
    lon: 116.07,
    lat: 43.95,
    at: iso(NOW - ageMs),
    known_at: iso(NOW - ageMs),
    age_ms: ageMs,
    speed_cms: null,
    bearing_deg: null,
    acc_dm: null,
    battery_pct: null,
    source: 'beacon',
    declared_return_at: declaredMs === null ? null : iso(declaredMs),
  };
}

function line(segment: string, coordinates: [number, number][]): TrackFeature {
  const properties = {
    kind: 'track' as const,
    leg: 1,
    transport: 'horse' as const,
    from: iso(NOW),
    until: iso(NOW),
    known_at: iso(NOW),
    device: 'd1',
    segment,
    patrol: 'p1',
  };
  return { type: 'Feature', geometry: { type: 'LineString', coordinates }, properties };
}

function gap(coordinates: [number, number][]): TrackFeature {
  const properties = { kind: 'gap' as const, cause: 'paused', from: iso(NOW), until: iso(NOW), patrol: 'p1' };
  return { type: 'Feature', geometry: { type: 'LineString', coordinates }, properties };
}

const collection = (...features: TrackFeature[]): TrackCollection => ({
  type: 'FeatureCollection',
  features,
});

describe('age of a position', () => {
  it.each([
    [0, 'fresh'],
    [5 * MIN - 1, 'fresh'],
    [5 * MIN, 'aging'],
    [30 * MIN - 1, 'aging'],
    [30 * MIN, 'old'],
    [-MIN, 'fresh'],
  ])('%d ms is %s', (ms, bucket) => {
    expect(ageBucket(ms)).toBe(bucket);
  });

  it('is excused by declared silence until the declared return, overdue after it', () => {
    expect(positionBadge(position(50 * MIN), NOW)).toBe('none');
    expect(positionBadge(position(50 * MIN, NOW + MIN), NOW)).toBe('silent');
    expect(positionBadge(position(10 * MIN, NOW + MIN), NOW)).toBe('none');
    expect(positionBadge(position(10 * MIN, NOW - MIN), NOW)).toBe('overdue');
  });

  it('chooses the sign, and the overdue lies on top', () => {
    const points = positionPoints([position(MIN), position(40 * MIN, NOW - MIN)], NOW);
    const [fresh, late] = points.features.map((one) => one.properties);
    expect(fresh?.image).toBe('position:horse:fresh:none');
    expect(late?.image).toBe('position:horse:old:overdue');
    expect(late?.order).toBeGreaterThan(fresh?.order);
  });
});

describe('tracks', () => {
  const tracks = collection(
    line('s1', [
      [116, 43],
      [116.1, 43.1],
    ]),
    gap([
      [116.1, 43.1],
      [116.2, 43.2],
    ]),
    line('s2', [[116.2, 43.2]]),
    gap([
      [116.2, 43.2],
      [116.2, 43.2],
    ]),
  );

  it('give lines and gaps apart; what is no line is left out', () => {
    expect(trackLines(tracks).features.map((one) => one.properties)).toEqual([
      { patrol: 'p1', transport: 'horse' },
    ]);
    expect(gapLines(tracks).features.map((one) => one.properties)).toEqual([
      { patrol: 'p1', cause: 'paused' },
    ]);
  });

  it('take a segment twice as once, and keep gaps', () => {
    const longer = line('s1', [
      [116, 43],
      [116.1, 43.1],
      [116.15, 43.1],
    ]);
    const once = withTrack(tracks, longer);
    expect(withTrack(once, longer)).toEqual(once);
    expect(once.features.length).toBe(tracks.features.length);
    expect(once.features.filter((one) => one.properties.kind === 'gap').length).toBe(2);
  });
});

describe('incidents', () => {
  const incident = (severity: Incident['severity'], point: Incident['point']) =>
    ({ id: 'i', title: null, severity, point, category: { code: 'mining', label: {} } }) as Incident;

  it('are icons on the shape of their severity; without a place they are only in the list', () => {
    const points = incidentPoints([incident('high', [116, 43]), incident('low', null)], () => 'mining');
    expect(points.features.map((one) => one.properties?.image)).toEqual(['incident:mining:high']);
  });
});

describe('sign names', () => {
  it('say everything that is needed to draw them', () => {
    expect(parseSign(incidentImage('fire', 'emergency'))).toEqual({
      kind: 'incident',
      icon: 'fire',
      severity: 'emergency',
    });
    expect(parseSign(positionImage('foot', 'old', 'silent'))).toEqual({
      kind: 'position',
      transport: 'foot',
      bucket: 'old',
      badge: 'silent',
    });
    expect(parseSign('hatch:mine')).toEqual({ kind: 'hatch', zone: 'mine' });
    expect(parseSign('nonsense')).toBeNull();
  });
});

describe('bounds', () => {
  it('hold every coordinate of every kind of geometry', () => {
    const bounds = boundsOf([
      { type: 'Point', coordinates: [116, 43] },
      {
        type: 'Polygon',
        coordinates: [
          [
            [115, 44],
            [117, 44],
            [116, 45],
            [115, 44],
          ],
        ],
      },
    ]);
    expect(bounds).toEqual([115, 43, 117, 45]);
    expect(boundsOf([])).toBeNull();
    expect(around([116, 44], 0.5)).toEqual([115.5, 43.5, 116.5, 44.5]);
  });
});
