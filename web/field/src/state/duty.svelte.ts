// What a running patrol asks of this page: the screen kept on, the officer's four verbs, and what to warn of.

import { clockText } from '@tala/shared/format/time';
import type { At, Recording } from '../core/field-core.ts';
import { WakeLock, type WakeLockState } from '../wake-lock.ts';
import { app } from './app.svelte.ts';

/** Without a fix for this long the screen says so. */
export const NO_FIX_MS = 120_000;

export type DutyState = 'none' | 'recording' | 'paused' | 'no_fix' | 'denied';

/** The one word of the home page. A recording that gets no position is not called recording. */
export function dutyState(
  recording: Recording | null,
  lastFixMs: number | null,
  denied: boolean,
  nowMs: number,
): DutyState {
  if (recording === null || recording.state === 'ended') return 'none';
  if (recording.state === 'paused') return 'paused';
  if (denied) return 'denied';
  const last = Math.max(lastFixMs ?? 0, recording.last?.time_ms ?? 0, recording.started_ms);
  return nowMs - last > NO_FIX_MS ? 'no_fix' : 'recording';
}

class Duty {
  wakeLock = $state<WakeLockState>('off');
  private lock: WakeLock | null = null;

  readonly running = $derived(app.recording !== null && app.recording.state !== 'ended');
  readonly lastFixMs = $derived(
    Math.max(app.recorder?.last_fix_ms ?? 0, app.recording?.last?.time_ms ?? 0) || null,
  );
  readonly state = $derived(
    dutyState(
      app.recording,
      app.recorder?.last_fix_ms ?? null,
      app.recorder?.permission === 'denied',
      app.now,
    ),
  );
  /** The recorder's last place, on patrol or not. */
  readonly last: At | null = $derived(app.recording?.last ?? null);

  /** Called once by the frame: holds the screen while a browser records. */
  watch(): void {
    this.lock = new WakeLock((state) => {
      this.wakeLock = state;
    });
    $effect(() => {
      const needed = app.opened?.records_locked === false && app.recording?.state === 'recording';
      this.lock?.want(needed);
    });
  }

  async pause(): Promise<void> {
    app.recording = await app.call<'pause'>({ do: 'pause' });
    await this.recorder(false);
  }

  async resume(): Promise<void> {
    app.recording = await app.call<'resume'>({ do: 'resume' });
    await this.recorder(true);
  }

  async changeLeg(transport: string): Promise<void> {
    app.recording = await app.call<'change_leg'>({ do: 'change_leg', transport });
  }

  async stop(): Promise<void> {
    app.recording = await app.call<'stop_patrol'>({ do: 'stop_patrol' });
    await this.recorder(false);
  }

  async recorder(on: boolean): Promise<void> {
    app.recorder = await app.call<'set_recorder'>({ do: 'set_recorder', on });
  }
}

export const duty = new Duty();

/** `3:24` and `07`: hours and minutes are read, seconds show that it lives. */
export function elapsedParts(ms: number): { hoursMinutes: string; seconds: string } {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  return { hoursMinutes: `${hours}:${two(Math.floor(total / 60) % 60)}`, seconds: two(total % 60) };
}

/** `12.40` and `km`: the figure and its unit, in the size of an outstretched arm. */
export function distanceParts(m: number): { figure: string; unit: string } {
  if (m < 1000) return { figure: String(Math.round(m)), unit: 'm' };
  return { figure: (m / 1000).toFixed(m < 100_000 ? 2 : 1), unit: 'km' };
}

export const clock = (ms: number): string => clockText(ms, app.zone);
