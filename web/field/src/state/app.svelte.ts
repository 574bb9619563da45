// The app's hold on its core: asks, listens, and keeps what every page needs.

import {
  type Answer,
  type Ask,
  CoreError,
  type CoreEvent,
  type DeviceState,
  type FieldCore,
  type Opened,
  type RecorderState,
  type Recording,
  type SyncState,
  type Verb,
} from '../core/field-core.ts';
import { asCoreError } from './faults.ts';
import { FixChanges } from './fix-changes.ts';

const SECOND_MS = 1_000;
const DEVICE_EVERY_MS = 30_000;

class App {
  /** How the store was opened; null until it was. */
  opened = $state.raw<Opened | null>(null);
  /** Why it could not be opened. */
  fault = $state.raw<CoreError | null>(null);
  /** Grows when more than fixes changed, and now and then: snapshots depend on it. */
  version = $state(0);
  recording = $state.raw<Recording | null>(null);
  recorder = $state.raw<RecorderState | null>(null);
  sync = $state.raw<SyncState | null>(null);
  device = $state.raw<DeviceState | null>(null);
  /** The present, moved on every second. */
  now = $state(Date.now());
  readonly zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  private core: FieldCore | null = null;
  private readonly fixes = new FixChanges();
  /** Whether fixes were recorded that `version` does not know of. */
  private behind = false;

  /** Whether pages may ask for records. */
  readonly ready = $derived(
    this.opened?.enrolled === true && this.opened.lock !== 'shut' && !this.opened.other_window,
  );

  async start(pick: () => Promise<FieldCore>): Promise<void> {
    setInterval(() => {
      this.now = Date.now();
    }, SECOND_MS);
    setInterval(() => {
      void this.refreshDevice();
      if (this.behind) this.renew();
    }, DEVICE_EVERY_MS);
    try {
      this.core = await pick();
      this.core.listen((event) => this.hear(event));
      await this.adopt(await this.core.call({ do: 'open' }));
    } catch (error) {
      this.fault = asCoreError(error);
    }
  }

  /** Does a verb. Every refusal arrives as a `CoreError`. */
  async call<V extends Verb>(message: Ask<V>): Promise<Answer<V>> {
    if (this.core === null) throw new CoreError('failed', 'no core yet');
    try {
      return await this.core.call(message);
    } catch (error) {
      throw asCoreError(error);
    }
  }

  /** Takes what `open`, `take_over`, `unlock` or an enrolment said, and reads what every page needs. */
  async adopt(opened: Opened): Promise<void> {
    this.opened = opened;
    this.fault = null;
    await Promise.all([this.refreshRecorder(), this.refreshDevice()]);
    if (this.ready) await Promise.all([this.refreshRecording(), this.refreshSync()]);
    this.renew();
    await this.alignRecorder();
  }

  /** A page that opens in mid-patrol records on; one that lost the store to another window does not. */
  private async alignRecorder(): Promise<void> {
    const { opened, recorder, recording } = this;
    const on = opened?.other_window ? false : this.ready && recording?.state === 'recording';
    if (recorder === null || recorder.on === on || (!on && !opened?.other_window)) return;
    await this.keep(async () => {
      this.recorder = await this.call({ do: 'set_recorder', on });
    });
  }

  /** Opens anew: after an enrolment, a sign-out, a lock. */
  async reopen(): Promise<void> {
    await this.adopt(await this.call({ do: 'open' }));
  }

  private hear(event: CoreEvent): void {
    switch (event.event) {
      case 'changed':
        this.fixes.heard(event.version);
        if (this.ready) void this.follow();
        else this.renew();
        return;
      case 'sync':
        this.sync = event.sync;
        return;
      case 'recorder':
        this.recorder = event.recorder;
        return;
      case 'opened':
        void this.adopt(event.opened);
        return;
    }
  }

  /** The recorder first: a fix moves its figures and nothing else. */
  private async follow(): Promise<void> {
    await this.refreshRecording();
    if (this.fixes.more(this.recording)) this.renew();
    else this.behind = true;
  }

  private renew(): void {
    this.behind = false;
    this.version += 1;
  }

  private async refreshRecording(): Promise<void> {
    await this.keep(async () => {
      this.recording = await this.call({ do: 'recording' });
    });
  }

  private async refreshRecorder(): Promise<void> {
    await this.keep(async () => {
      this.recorder = await this.call({ do: 'recorder' });
    });
  }

  private async refreshSync(): Promise<void> {
    await this.keep(async () => {
      this.sync = await this.call({ do: 'sync_state' });
    });
  }

  private async refreshDevice(): Promise<void> {
    if (this.core === null) return;
    await this.keep(async () => {
      this.device = await this.call({ do: 'device' });
    });
  }

  /** A reading that fails keeps what was last known: none of these blocks a page. */
  private async keep(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (asCoreError(error).code === 'other_window') this.opened = withOtherWindow(this.opened);
    }
  }
}

function withOtherWindow(opened: Opened | null): Opened | null {
  return opened === null ? null : { ...opened, other_window: true };
}

export const app = new App();
