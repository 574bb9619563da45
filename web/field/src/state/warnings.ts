// What an officer must know while recording, the gravest first. Each says what it is and what to do.

import type { Glyph } from '@tala/shared/icons/glyphs';
import type { DeviceState, Opened, RecorderState, Recording, ZoneHit } from '../core/field-core.ts';
import type { WakeLockState } from '../wake-lock.ts';
import type { FieldKey } from '../words/words.ts';

export interface Warning {
  /** Stable, so that a list keeps its rows and a new one can be told from one seen before. */
  id: string;
  grave: boolean;
  icon: Glyph;
  key: FieldKey;
  args?: Record<string, string | number>;
}

export interface Situation {
  opened: Opened;
  recording: Recording | null;
  recorder: RecorderState | null;
  device: DeviceState | null;
  wakeLock: WakeLockState;
  zones: readonly ZoneHit[];
  zoneName: (hit: ZoneHit) => string;
  nowMs: number;
}

const BATTERY_LOW_PCT = 20;
const SPACE_LOW_BYTES = 500_000_000;
/** Nearer than this to a zone is said before it is entered. */
export const ZONE_NEAR_M = 300;
/** A recorder that delivers more slowly than this is being held back by the platform. */
const INTERVAL_SLOW_MS = 60_000;

export function warningsOf(now: Situation): Warning[] {
  const all = [
    ...zoneWarnings(now.zones, now.zoneName),
    ...ofRecorder(now),
    ...ofPhone(now),
    ...ofStore(now),
  ];
  return [...all.filter((one) => one.grave), ...all.filter((one) => !one.grave)];
}

/** Zones one is in, and those ahead. */
export function zoneWarnings(zones: readonly ZoneHit[], zoneName: Situation['zoneName']): Warning[] {
  const inside = zones.filter((hit) => hit.inside);
  const near = zones.filter((hit) => !hit.inside && hit.distance_m <= ZONE_NEAR_M);
  return [
    ...inside.map((hit) => ({
      id: `zone:${hit.id}`,
      grave: true,
      icon: 'layers' as const,
      key: 'warn.zone_inside' as const,
      args: { zone: zoneName(hit) },
    })),
    ...near.map((hit) => ({
      id: `near:${hit.id}`,
      grave: false,
      icon: 'layers' as const,
      key: 'warn.zone_near' as const,
      args: { zone: zoneName(hit), m: Math.round(hit.distance_m / 10) * 10 },
    })),
  ];
}

function ofRecorder({ opened, recording, recorder, wakeLock, nowMs }: Situation): Warning[] {
  const running = recording !== null && recording.state !== 'ended';
  if (!running) return [];
  const list: Warning[] = [];
  if (recorder?.permission === 'denied')
    list.push({ id: 'denied', grave: true, icon: 'lock', key: 'warn.denied' });
  const due = recording.declared_return_ms;
  if (due !== null && nowMs > due) list.push({ id: 'due', grave: true, icon: 'clock', key: 'warn.due' });
  if (!opened.records_locked) {
    // `off` is not yet asked: nothing is wrong until the platform has refused.
    const refused = wakeLock === 'refused' || wakeLock === 'unsupported';
    const held = !refused || recording.state === 'paused';
    list.push({ id: 'screen', grave: !held, icon: 'sun', key: held ? 'warn.screen' : 'warn.screen_off' });
  }
  if (recorder?.power_saving === true)
    list.push({ id: 'saving', grave: true, icon: 'battery', key: 'warn.power_saving' });
  const interval = recorder?.interval_ms ?? 0;
  if (interval > INTERVAL_SLOW_MS) {
    const s = Math.round(interval / 1000);
    list.push({ id: 'interval', grave: false, icon: 'clock', key: 'warn.interval', args: { s } });
  }
  return list;
}

function ofPhone({ device }: Situation): Warning[] {
  const list: Warning[] = [];
  const battery = device?.battery_pct ?? 100;
  if (battery <= BATTERY_LOW_PCT && device?.charging !== true) {
    list.push({ id: 'battery', grave: true, icon: 'battery', key: 'warn.battery', args: { n: battery } });
  }
  const free = device?.free_bytes ?? Number.POSITIVE_INFINITY;
  if (free < SPACE_LOW_BYTES) {
    const mb = Math.round(free / 1_000_000);
    list.push({ id: 'space', grave: true, icon: 'saved', key: 'warn.space', args: { mb } });
  }
  return list;
}

function ofStore({ opened }: Situation): Warning[] {
  const list: Warning[] = [];
  if (opened.interrupted !== null) {
    list.push({ id: 'interrupted', grave: true, icon: 'warn', key: 'warn.interrupted' });
  }
  if (opened.restored) list.push({ id: 'restored', grave: false, icon: 'history', key: 'warn.restored' });
  if (opened.persisted === false) {
    list.push({ id: 'persisted', grave: false, icon: 'saved', key: 'warn.not_persisted' });
  }
  return list;
}
