// One window at a time has the store. A second one is told so, and may take over: the first is asked to close its
// store, and where it does not answer (frozen, crashed half way) the lock is taken from it.

const NAME = 'tala-store';
const YIELD_MS = 4_000;

export class WindowLock {
  private release: (() => void) | null = null;
  private readonly channel = new BroadcastChannel(NAME);

  /** `lose` closes the store; the lock is free when it has resolved. */
  constructor(private readonly lose: () => Promise<void>) {
    this.channel.onmessage = ({ data }) => {
      if (data === 'yield' && this.release !== null) void this.giveUp();
    };
  }

  get held(): boolean {
    return this.release !== null;
  }

  /** Takes the lock if it is free. */
  take(): Promise<boolean> {
    return this.request({ ifAvailable: true });
  }

  /** Takes the lock from whoever has it. */
  async takeOver(): Promise<void> {
    if (this.held) return;
    this.channel.postMessage('yield');
    const asked = await this.request({ signal: AbortSignal.timeout(YIELD_MS) }).catch(() => false);
    if (!asked) await this.request({ steal: true });
  }

  private request(options: LockOptions): Promise<boolean> {
    return new Promise((resolve, reject) => {
      navigator.locks
        .request(NAME, options, (lock) => {
          if (lock === null) {
            resolve(false);
            return;
          }
          return new Promise<void>((release) => {
            this.release = release;
            resolve(true);
          });
        })
        .catch((error: unknown) => {
          // Stolen, where it was held; else it did not come in time.
          if (this.held) void this.giveUp();
          reject(error);
        });
    });
  }

  private async giveUp(): Promise<void> {
    const release = this.release;
    this.release = null;
    try {
      await this.lose();
    } finally {
      release?.();
    }
  }
}
