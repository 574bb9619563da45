import { describe, expect, it } from 'vitest';
import {
  ageText,
  clockSecondsText,
  clockText,
  dayKey,
  dayStart,
  durationText,
  lateText,
  momentAgeText,
  momentText,
  startOfDay,
} from '../src/format/time.ts';

const ZONE = 'Asia/Shanghai';
// 14:25 on 2 June 2026 in the zone.
const NOW = Date.parse('2026-06-02T06:25:00.000Z');
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

describe('clock', () => {
  it('shows the time of the deployment, not of the desk', () => {
    expect(clockText(NOW, ZONE)).toBe('14:25');
    expect(clockText(NOW, 'Asia/Urumqi')).toBe('12:25');
    expect(clockSecondsText(NOW + 31_000, ZONE)).toBe('14:25:31');
  });

  it('writes midnight as 00:00', () => {
    expect(clockText(Date.parse('2026-06-01T16:00:00Z'), ZONE)).toBe('00:00');
  });
});

describe('moment with age', () => {
  it('reads as the design says', () => {
    const at = Date.parse('2026-06-02T06:02:00Z');
    expect(momentAgeText(at, NOW, ZONE, 'en')).toBe('14:02 (23 min ago)');
    expect(momentAgeText(at, NOW, ZONE, 'zh-CN')).toBe('14:02（23 分钟前）');
  });

  it('adds the date when it is not today in the zone', () => {
    const yesterday = Date.parse('2026-06-01T15:59:00Z');
    expect(momentText(yesterday, NOW, ZONE, 'en')).toBe('1 Jun 23:59');
    expect(momentText(yesterday, NOW, ZONE, 'zh-CN')).toBe('6月1日 23:59');
    expect(momentText(yesterday, NOW, ZONE, 'mn')).toBe('6 сарын 1 23:59');
  });

  it('adds the year when it is another one', () => {
    expect(momentText(Date.parse('2025-12-31T02:00:00Z'), NOW, ZONE, 'en')).toBe('31 Dec 2025 10:00');
  });
});

describe('age', () => {
  it.each([
    [30_000, 'just now'],
    [MIN, '1 min ago'],
    [59 * MIN, '59 min ago'],
    [HOUR, '1 h ago'],
    [23 * HOUR, '23 h ago'],
    [DAY, '1 day ago'],
    [3 * DAY, '3 days ago'],
  ])('%d ms is %s', (ms, text) => {
    expect(ageText(ms, 'en')).toBe(text);
  });

  it('says when a time is ahead: a plan, or a phone with a wrong clock', () => {
    expect(ageText(-3 * HOUR, 'en')).toBe('in 3 h');
    expect(ageText(-5 * MIN, 'zh-CN')).toBe('5 分钟后');
    expect(ageText(-1000, 'en')).toBe('just now');
  });
});

describe('late data', () => {
  it('tells both times when a record came late', () => {
    const recorded = Date.parse('2026-06-02T06:02:00Z');
    const known = Date.parse('2026-06-05T01:10:00Z');
    expect(lateText(recorded, known, ZONE, 'en')).toBe('recorded Tue 14:02, known Fri 09:10');
    expect(lateText(recorded, known, ZONE, 'zh-CN')).toBe('记录于 周二 14:02，获知于 周五 09:10');
    expect(lateText(recorded, known, ZONE, 'mn')).toBe('Мя 14:02 бичсэн, Ба 09:10 мэдсэн');
  });

  it('is silent when the record came in time', () => {
    expect(lateText(NOW, NOW + 15 * MIN, ZONE, 'en')).toBeNull();
  });

  it('leaves the weekday out within a day and gives the date after a week', () => {
    expect(lateText(NOW, NOW + 2 * HOUR, ZONE, 'en')).toBe('recorded 14:25, known 16:25');
    expect(lateText(NOW, NOW + 9 * DAY, ZONE, 'en')).toBe('recorded 2 Jun 14:25, known 11 Jun 14:25');
  });
});

describe('days', () => {
  it('begin and end in the deployment zone', () => {
    const lateEvening = Date.parse('2026-06-01T17:00:00Z');
    expect(dayKey(lateEvening, ZONE)).toBe('2026-06-02');
    expect(startOfDay(lateEvening, ZONE)).toBe(Date.parse('2026-06-01T16:00:00Z'));
    expect(dayStart('2026-06-02', ZONE)).toBe(Date.parse('2026-06-01T16:00:00Z'));
  });

  it('are right where the clocks change', () => {
    expect(dayStart('2026-03-29', 'Europe/Berlin')).toBe(Date.parse('2026-03-28T23:00:00Z'));
    expect(dayStart('2026-03-30', 'Europe/Berlin')).toBe(Date.parse('2026-03-29T22:00:00Z'));
  });
});

describe('duration', () => {
  it('keeps minutes aligned', () => {
    expect(durationText(3 * 3600 + 4 * 60, 'en')).toBe('3 h 04 min');
    expect(durationText(59 * 60, 'zh-CN')).toBe('59 分');
    expect(durationText(-5, 'en')).toBe('0 min');
  });
});
