// The present, as the server has it: ages are computed against its clock, not this desk's.

const STEP_MS = 10_000;

class Clock {
  /** Epoch milliseconds, moved on every ten seconds. */
  now = $state(Date.now());
  zone = $state('Asia/Shanghai');
  private skewMs = 0;

  start(): void {
    setInterval(() => this.tick(), STEP_MS);
  }

  /** Takes the server's time and zone from the session. */
  adopt(serverTime: string, zone: string): void {
    const server = Date.parse(serverTime);
    this.skewMs = Number.isNaN(server) ? 0 : server - Date.now();
    this.zone = zone;
    this.tick();
  }

  /** The present to the millisecond, for a display that moves every second. */
  exact(): number {
    return Date.now() + this.skewMs;
  }

  private tick(): void {
    this.now = this.exact();
  }
}

export const clock = new Clock();
