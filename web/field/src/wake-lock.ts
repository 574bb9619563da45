// Keeps the screen on while a browser records: a browser stops recording when the screen is locked. The platform
// takes the lock away whenever the page is hidden, so it is asked for again each time the page is seen.

type State = 'off' | 'held' | 'refused' | 'unsupported';

export class WakeLock {
  private wanted = false;
  private sentinel: WakeLockSentinel | null = null;

  constructor(private readonly tell: (state: State) => void) {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.settle();
    });
  }

  want(on: boolean): void {
    if (this.wanted === on) return;
    this.wanted = on;
    void this.settle();
  }

  private async settle(): Promise<void> {
    if (!this.wanted) {
      await this.sentinel?.release();
      this.sentinel = null;
      this.tell('off');
      return;
    }
    if (this.sentinel !== null && !this.sentinel.released) return;
    if (!('wakeLock' in navigator)) {
      this.tell('unsupported');
      return;
    }
    try {
      this.sentinel = await navigator.wakeLock.request('screen');
      this.tell('held');
    } catch {
      // Battery saver, or the page is not seen at this moment.
      this.tell('refused');
    }
  }
}

export type WakeLockState = State;
