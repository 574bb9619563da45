// The slip at the foot: what has just been done, and one way on from it.

import type { Page } from './route.ts';

/** Long enough to take a glove off; it can be dismissed. */
const SLIP_MS = 20_000;

export interface Slip {
  text: string;
  tone: 'saved' | 'plain' | 'danger';
  /** A word and where it leads. */
  way?: { text: string; page: Page; id: string | null };
}

class Slips {
  now = $state.raw<Slip | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  show(slip: Slip): void {
    clearTimeout(this.timer);
    this.now = slip;
    this.timer = setTimeout(() => this.dismiss(), SLIP_MS);
  }

  dismiss(): void {
    clearTimeout(this.timer);
    this.now = null;
  }
}

export const slips = new Slips();
