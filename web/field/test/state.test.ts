// The words and figures of the recording, and the small decisions around it.

import { describe, expect, it } from 'vitest';
import { headingOf } from '../src/compass.ts';
import type { Opened, RecorderState, Recording } from '../src/core/field-core.ts';
import { distanceParts, dutyState, elapsedParts, NO_FIX_MS } from '../src/state/duty.svelte.ts';
import { pointOf, trackGeojson } from '../src/state/geometry.ts';
import { stepped, withCount } from '../src/state/heads.ts';
import { hashOf, parentOf, parseHash } from '../src/state/route.ts';
import { fieldOf, valueText } from '../src/state/values.ts';
import { type Situation, warningsOf } from '../src/state/warnings.ts';

const RECORDING: Recording = {
  version: 1,
  patrol: 'p',
  state: 'recording',
  leg: 0,
  transport: 'horse',
  fixes: 10,
  doubtful: 0,
  gaps: 0,
  distance_m: 1_240,
  duration_ms: 60_000,
  unsealed: 0,
  saved_ms: 60_000,
  last: { lat: 44, lon: 116, acc_m: 5, time_ms: 60_000 },
  started_ms: 0,
  declared_return_ms: null,
};
const OPENED: Opened = {
  enrolled: true,
  lock: 'open',
  other_window: false,
  restored: false,
  interrupted: null,
  platform: 'android',
  persisted: null,
  records_locked: true,
  identity: null,
};
const RECORDER: RecorderState = {
  on: true,
  permission: 'granted',
  service: true,
  last_fix_ms: 60_000,
  interval_ms: 5_000,
  power_saving: false,
};
const QUIET: Situation = {
  opened: OPENED,
  recording: RECORDING,
  recorder: RECORDER,
  device: { battery_pct: 80, charging: false, free_bytes: 9e9, online: false },
  wakeLock: 'off',
  zones: [],
  zoneName: (hit) => hit.kind,
  nowMs: 61_000,
};
const ids = (situation: Partial<Situation>) => warningsOf({ ...QUIET, ...situation }).map((one) => one.id);

describe('the state word', () => {
  it('is "recording" only while positions come', () => {
    expect(dutyState(RECORDING, null, false, 60_000 + NO_FIX_MS)).toBe('recording');
    expect(dutyState(RECORDING, null, false, 60_001 + NO_FIX_MS)).toBe('no_fix');
    expect(dutyState(RECORDING, 60_001, false, 60_001 + NO_FIX_MS)).toBe('recording');
    expect(dutyState(RECORDING, 60_000, true, 61_000)).toBe('denied');
  });

  it('is "paused" whatever the satellites say, and "none" after the end', () => {
    expect(dutyState({ ...RECORDING, state: 'paused' }, null, true, 1e9)).toBe('paused');
    expect(dutyState({ ...RECORDING, state: 'ended' }, 1, false, 2)).toBe('none');
    expect(dutyState(null, 1, false, 2)).toBe('none');
  });
});

describe('figures', () => {
  it('are read at arm’s length', () => {
    expect(elapsedParts(12_247_000)).toEqual({ hoursMinutes: '3:24', seconds: '07' });
    expect(elapsedParts(-5)).toEqual({ hoursMinutes: '0:00', seconds: '00' });
    expect(distanceParts(850.4)).toEqual({ figure: '850', unit: 'm' });
    expect(distanceParts(12_404)).toEqual({ figure: '12.40', unit: 'km' });
    expect(distanceParts(128_040)).toEqual({ figure: '128.0', unit: 'km' });
  });
});

describe('warnings', () => {
  it('are none where all is well', () => {
    expect(ids({})).toEqual([]);
  });

  it('put what is grave first', () => {
    const zones = [
      { id: 'n', kind: 'mine', labels: LABELS, inside: false, distance_m: 120 },
      { id: 'z', kind: 'grazing_ban', labels: LABELS, inside: true, distance_m: 0 },
      { id: 'far', kind: 'mine', labels: LABELS, inside: false, distance_m: 5_000 },
    ];
    const device = { battery_pct: 12, charging: false, free_bytes: 1e8, online: false };
    expect(ids({ zones, device })).toEqual(['zone:z', 'battery', 'space', 'near:n']);
  });

  it('say that a browser stops, gravely where the screen is not held', () => {
    const opened: Opened = { ...OPENED, platform: 'browser', records_locked: false };
    expect(warningsOf({ ...QUIET, opened, wakeLock: 'held' })).toMatchObject([{ key: 'warn.screen' }]);
    expect(warningsOf({ ...QUIET, opened, wakeLock: 'refused' })).toMatchObject([
      { key: 'warn.screen_off', grave: true },
    ]);
    expect(ids({ opened, recording: null })).toEqual([]);
  });

  it('tell of the recorder held back and of a return that is past', () => {
    const recorder = { ...RECORDER, power_saving: true, interval_ms: 90_000 };
    const recording = { ...RECORDING, declared_return_ms: 60_500 };
    expect(ids({ recorder, recording })).toEqual(['due', 'saving', 'interval']);
  });
});

const LABELS = { zh: null, mn_cyrl: null, mn_mong: null, en: null };

describe('routes', () => {
  it('come back from their own address', () => {
    for (const route of [
      { page: 'home', id: null, part: null },
      { page: 'incident', id: 'a/b %', part: 'shape' },
      { page: 'hand-over', id: null, part: null },
    ] as const) {
      expect(parseHash(hashOf(route.page, route.id, route.part))).toEqual(route);
    }
  });

  it('lead home from anything unknown', () => {
    expect(parseHash('#/nowhere/1')).toEqual({ page: 'home', id: null, part: null });
    expect(parseHash('#/incident/%')).toEqual({ page: 'incident', id: null, part: null });
    expect([parentOf('incident'), parentOf('sos')]).toEqual(['incidents', 'home']);
  });
});

describe('counting a herd', () => {
  it('goes up and down by steps that undo each other', () => {
    for (const count of [0, 9, 99, 100, 110, 490, 500, 550])
      expect(stepped(stepped(count, 1), -1)).toBe(count);
    expect([stepped(99, 1), stepped(100, 1), stepped(500, 1), stepped(0, -1)]).toEqual([100, 110, 550, 0]);
  });

  it('keeps no entry for none, and bounds what is typed', () => {
    const heads = withCount([], 'sheep', 320);
    expect(heads).toEqual([{ species: 'sheep', count: 320 }]);
    expect(withCount(heads, 'sheep', 0)).toEqual([]);
    expect(withCount(heads, 'horse', 1e12)).toContainEqual({ species: 'horse', count: 100_000 });
  });
});

describe('geometry', () => {
  it('names an area by its middle and reads nothing from what is no geometry', () => {
    const ring = [
      [
        [116, 44],
        [118, 44],
        [118, 46],
        [116, 44],
      ],
    ];
    expect(pointOf(JSON.stringify({ type: 'Polygon', coordinates: ring }))).toEqual({ lat: 45, lon: 117 });
    expect([pointOf('{'), pointOf(null), pointOf('{"type":"Point"}')]).toEqual([null, null, null]);
  });

  it('leaves the gaps of a track open', () => {
    const parts = [
      { lat_e7: [440_000_000, 440_010_000], lon_e7: [1_160_000_000, 1_160_010_000] },
      { lat_e7: [441_000_000], lon_e7: [1_161_000_000] },
    ];
    expect(JSON.parse(trackGeojson(parts) ?? '')).toEqual({
      type: 'MultiLineString',
      coordinates: [
        [
          [116, 44],
          [116.001, 44.001],
        ],
      ],
    });
    expect(trackGeojson([])).toBeNull();
  });
});

describe('the compass', () => {
  it('believes only a reading that knows where north is', () => {
    expect(headingOf({ alpha: 90, absolute: true })).toBe(270);
    expect(headingOf({ alpha: 90 })).toBeNull();
    expect(headingOf({ alpha: null, webkitCompassHeading: 12 })).toBe(12);
  });
});

describe('the values of a conflict', () => {
  it('are words, as the document has them and as the form does', () => {
    expect([fieldOf('s'), fieldOf('hd/7f/n'), fieldOf('severity')]).toEqual([
      'severity',
      'heads',
      'severity',
    ]);
    expect([valueText('s', '3', null), valueText('severity', 'high', null)]).toEqual(['严重', '严重']);
    expect([valueText('t', '"Smoke"', null), valueText('title', 'Smoke', null)]).toEqual(['Smoke', 'Smoke']);
    expect([valueText('n', 'null', null), valueText('zz', '{"a":1}', null)]).toEqual(['未填', '{"a":1}']);
    expect(valueText('g', '"a1b2"', null)).toBe('图形');
  });
});
