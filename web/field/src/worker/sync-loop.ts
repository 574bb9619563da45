// Syncs one after another: when a page asks, soon after something was written, and from time to time.

import type { Phone } from 'tala-wasm/tala.js';
import { CoreError, type SyncState } from '../core/field-core.ts';
import { coreError } from './faults.ts';

interface SyncAsk {
  by_officer: boolean;
  weak?: boolean | undefined;
  originals?: boolean | undefined;
}

const EVERY_MS = 5 * 60 * 1000;
const AFTER_WRITE_MS = 3_000;
const FIRST_MS = 10_000;
const RETRY_MS = 30_000;
const RETRY_MAX_MS = 10 * 60 * 1000;

const IDLE: SyncState = {
  running: false,
  round_trips: 0,
  handed_over: 0,
  proved: 0,
  fetched: 0,
  refused: 0,
  uploaded: 0,
  put_off: 0,
  later: false,
  next_try_ms: null,
  failed: null,
};

export class SyncLoop {
  private now: SyncState = { ...IDLE };
  private timer: ReturnType<typeof setTimeout> | null = null;
  private under: Promise<void> | null = null;
  private failures = 0;
  /** How soon after the one under way the next is due, because something was written meanwhile. */
  private wroteMeanwhile: number | null = null;
  private stopped = false;

  constructor(
    private readonly phone: Phone,
    private readonly tell: (state: SyncState) => void,
  ) {
    this.again(FIRST_MS);
  }

  get state(): SyncState {
    return { ...this.now };
  }

  /** Begins one. Answers at once; how it goes on is told. */
  start(ask: SyncAsk): SyncState {
    if (this.under !== null) throw new CoreError('busy', 'a sync is under way');
    this.forgetTimer();
    this.set({ ...IDLE, running: true });
    this.under = this.run(ask).then(() => {
      this.under = null;
      const regular = this.failures === 0 ? EVERY_MS : this.backOff();
      const wait = Math.min(regular, this.wroteMeanwhile ?? regular);
      this.wroteMeanwhile = null;
      if (!this.stopped) this.again(wait);
    });
    return this.state;
  }

  cancel(): SyncState {
    this.phone.cancel_sync();
    return this.state;
  }

  /** Something was written: it goes out soon, a call for help at once. */
  wrote(urgent: boolean): void {
    if (this.stopped) return;
    const wait = urgent ? 0 : AFTER_WRITE_MS;
    if (this.under === null) this.again(wait);
    else this.wroteMeanwhile = Math.min(wait, this.wroteMeanwhile ?? wait);
  }

  /** The network is back. */
  online(): void {
    if (this.now.failed !== null && this.under === null) this.again(0);
  }

  /** Ends for good; what is under way has ended when it resolves. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.forgetTimer();
    this.phone.cancel_sync();
    await this.under;
  }

  private async run(ask: SyncAsk): Promise<void> {
    const weak = ask.weak ?? false;
    const text = JSON.stringify({ by_officer: ask.by_officer, weak, originals: ask.originals ?? !weak });
    const heard = (json: string) => this.set({ ...this.now, ...JSON.parse(json) });
    try {
      heard(await this.phone.sync(text, heard));
      this.failures = 0;
      this.set({ ...this.now, running: false, failed: null });
    } catch (thrown) {
      const { code, message } = coreError(thrown);
      if (code !== 'cancelled') this.failures += 1;
      const failed = code === 'cancelled' ? null : { code, message, at_ms: Date.now() };
      this.set({ ...this.now, running: false, failed });
    }
  }

  private backOff(): number {
    const ceiling = Math.min(RETRY_MS * 2 ** Math.min(this.failures - 1, 10), RETRY_MAX_MS);
    // Phones that lost the same mast do not come back together.
    return ceiling / 2 + Math.random() * (ceiling / 2);
  }

  private again(afterMs: number): void {
    const at = Date.now() + afterMs;
    if (this.timer !== null && this.now.next_try_ms !== null && this.now.next_try_ms <= at) return;
    this.forgetTimer();
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.under === null) this.start({ by_officer: false });
    }, afterMs);
    this.set({ ...this.now, next_try_ms: Math.round(at) });
  }

  private forgetTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.now = { ...this.now, next_try_ms: null };
  }

  private set(state: SyncState): void {
    this.now = state;
    this.tell(this.state);
  }
}
