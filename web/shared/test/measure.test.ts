import { describe, expect, it } from 'vitest';
import {
  areaShortText,
  areaText,
  bytesText,
  lengthText,
  M2_PER_MU,
  muText,
  placeText,
  shortHash,
  speedText,
} from '../src/format/measure.ts';

describe('area', () => {
  it('reads as the design says', () => {
    expect(areaText(20.4 * M2_PER_MU, 1.5 * M2_PER_MU, 'zh-CN')).toBe('20.4 ± 1.5 亩 (1.36 ha)');
    expect(areaText(20.4 * M2_PER_MU, 1.5 * M2_PER_MU, 'en')).toBe('20.4 ± 1.5 mu (1.36 ha)');
  });

  it('leaves the error out when none is known, and decimals when they say nothing', () => {
    expect(areaText(20.4 * M2_PER_MU, null, 'zh-CN')).toBe('20.4 亩 (1.36 ha)');
    expect(areaText(12_345 * M2_PER_MU, 210 * M2_PER_MU, 'zh-CN')).toBe('12,345 ± 210 亩 (823.0 ha)');
    expect(areaShortText(9.26 * M2_PER_MU, 'zh-CN')).toBe('9.3 亩');
    expect(muText(20, null, 'zh-CN')).toBe('20.0 亩');
  });

  it('counts fifteen mu to the hectare', () => {
    expect(M2_PER_MU * 15).toBeCloseTo(10_000, 9);
  });
});

describe('other measures', () => {
  it('lengths change unit at a kilometre', () => {
    expect([850, 999.4, 12_440, 128_400].map(lengthText)).toEqual(['850 m', '999 m', '12.4 km', '128 km']);
  });

  it('places name their hemisphere', () => {
    expect(placeText(116.074521, 43.950118)).toBe('43.95012° N, 116.07452° E');
    expect(placeText(-70.5, -20.25)).toBe('20.25000° S, 70.50000° W');
  });

  it('speeds come from centimetres a second', () => {
    expect(speedText(333)).toBe('12 km/h');
  });

  it('sizes and hashes are short', () => {
    expect([999, 84_200, 1_840_000].map(bytesText)).toEqual(['999 B', '84 kB', '1.8 MB']);
    expect(shortHash(`01${'ab'.repeat(32)}`)).toBe('01ababab…');
    expect(shortHash('abc')).toBe('abc');
  });
});
