import type { Feature, FeatureCollection } from 'geojson';
import { describe, expect, it } from 'vitest';
import type { ZoneCollection } from '../src/api/types.ts';
import { collectionDiff, isEmpty } from '../src/map/diff.ts';
import { zoneAreas } from '../src/map/geojson.ts';

const point = (id: string, lon: number, properties = {}): Feature => ({
  type: 'Feature',
  id,
  geometry: { type: 'Point', coordinates: [lon, 44] },
  properties,
});
const all = (...features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features });
const many = Array.from({ length: 10 }, (_, n) => point(`p${n}`, n));

describe('the difference of two collections', () => {
  it('is empty when places and properties are the same, whatever objects hold them', () => {
    const again = Array.from({ length: 10 }, (_, n) => point(`p${n}`, n));
    const diff = collectionDiff(all(...many), all(...again));
    expect(diff && isEmpty(diff)).toBe(true);
  });

  it('names only what moved, changed, came and went', () => {
    const [first, second, , ...rest] = many;
    if (!first || !second) throw new Error('too few');
    const moved = point('p0', 0.5);
    const changed = point('p1', 1, { image: 'x' });
    const came = point('p10', 10);
    const diff = collectionDiff(all(...many), all(moved, changed, ...rest, came));
    expect(diff).toEqual({ remove: ['p2'], add: [moved, changed, came] });
  });

  it('takes a line for new when its geometry is another object', () => {
    const line = (): Feature => ({
      type: 'Feature',
      id: 't1',
      geometry: { type: 'LineString', coordinates: [] },
      properties: {},
    });
    const added = line();
    expect(collectionDiff(all(...many, line()), all(...many, added))).toEqual({ remove: [], add: [added] });
  });

  it('gives up where the whole is cheaper or safer', () => {
    const nameless: Feature = { ...point('x', 1), id: undefined };
    expect(collectionDiff(all(nameless), all(nameless))).toBeNull();
    expect(collectionDiff(all(...many), all(...many, point('p0', 3)))).toBeNull();
    expect(collectionDiff(all(), all(...many))).toBeNull();
    expect(collectionDiff(all(...many), all())).toBeNull();
  });
});

describe('zones', () => {
  const zone = (id: string, sideDeg: number, zh: string) => ({
    type: 'Feature' as const,
    geometry: {
      type: 'LineString' as const,
      coordinates: [
        [116, 44],
        [116 + sideDeg, 44 + sideDeg],
      ],
    },
    properties: { id, kind: 'pasture', names: { zh, mn_mong: 'ᠲᠠᠯ᠎ᠠ' } },
  });
  const zones: ZoneCollection = {
    type: 'FeatureCollection',
    features: [zone('large', 1, '大草场'), zone('small', 0.01, '小草场')],
  };

  it('appear at the zoom where they are an area and not a speck', () => {
    const found = zoneAreas(zones, 'zh-CN').features;
    expect(found.map((one) => one.properties?.from_zoom)).toEqual([4, 11]);
  });

  it('leave a name in the traditional script to the page, and only for who reads Mongolian', () => {
    const [mongolian] = zoneAreas(zones, 'mn').features;
    expect(mongolian?.properties).toMatchObject({ label: '', mong: 'ᠲᠠᠯ᠎ᠠ' });
    const [chinese] = zoneAreas(zones, 'zh-CN').features;
    expect(chinese?.properties).toMatchObject({ label: '大草场', mong: '' });
  });
});
