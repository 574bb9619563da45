// The location source of a browser. A worker has none: the page watches the position and passes every fix on. It
// runs only while the page is seen; duty use is the native shell.

import type { FixIn, RecorderState } from './field-core.ts';

/** Intervals of which the median is shown. */
const INTERVALS = 20;
/** Without a fix for so long, pages are told. */
const SILENT_MS = 60_000;

export class BrowserRecorder {
  private watch: number | null = null;
  private permission: RecorderState['permission'] = 'unknown';
  private lastFixMs: number | null = null;
  private intervals: number[] = [];
  private silence: ReturnType<typeof setTimeout> | null = null;
  /** Fixes are passed on one after another, in the order in which they came. */
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly deliver: (fixes: FixIn[]) => Promise<void>,
    private readonly tell: (state: RecorderState) => void,
  ) {}

  get state(): RecorderState {
    return {
      on: this.watch !== null,
      permission: this.permission,
      service: false,
      last_fix_ms: this.lastFixMs,
      interval_ms: median(this.intervals),
      power_saving: false,
    };
  }

  async turn(on: boolean): Promise<RecorderState> {
    if (on && this.watch === null && 'geolocation' in navigator) {
      const options = { enableHighAccuracy: true, maximumAge: 0 };
      const came = (position: GeolocationPosition) => this.came(position);
      this.watch = navigator.geolocation.watchPosition(came, (error) => this.failed(error), options);
    }
    if (!on && this.watch !== null) {
      navigator.geolocation.clearWatch(this.watch);
      this.watch = null;
      this.intervals = [];
    }
    this.listenForSilence();
    const state = await this.look();
    this.tell(state);
    return state;
  }

  /** The state, with the permission asked for anew. */
  async look(): Promise<RecorderState> {
    if (!('geolocation' in navigator)) this.permission = 'denied';
    const asked = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null);
    if (asked) this.permission = asked.state;
    return this.state;
  }

  private came(position: GeolocationPosition): void {
    const fix = fixOf(position);
    if (this.lastFixMs !== null) {
      this.intervals = [...this.intervals, fix.time_ms - this.lastFixMs].slice(-INTERVALS);
    }
    this.permission = 'granted';
    this.lastFixMs = fix.time_ms;
    this.listenForSilence();
    // No patrol, or a pause: whoever started one turns this on, and the core says what it takes.
    this.queue = this.queue.then(() => this.deliver([fix])).catch(() => {});
  }

  private failed(error: GeolocationPositionError): void {
    if (error.code === error.PERMISSION_DENIED) this.permission = 'denied';
    this.tell(this.state);
  }

  private listenForSilence(): void {
    if (this.silence !== null) clearTimeout(this.silence);
    if (this.watch === null) return;
    this.silence = setTimeout(() => {
      this.tell(this.state);
      this.listenForSilence();
    }, SILENT_MS);
  }
}

/** What a browser says of a position, as the core takes it. */
export function fixOf({ coords, timestamp }: GeolocationPosition): FixIn {
  return {
    time_ms: Math.round(timestamp),
    lat: coords.latitude,
    lon: coords.longitude,
    alt_m: coords.altitude,
    acc_m: coords.accuracy,
    speed_ms: known(coords.speed),
    bearing_deg: known(coords.heading),
    // A browser does not say where it has it from.
    provider: 1,
  };
}

function known(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : value;
}

/** The middle one; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
