// What is said in passing: a spoken line for screen readers and a slip at the foot of the page.

const SLIP_MS = 8_000;

class Notices {
  /** Read out politely; never shown. */
  spoken = $state('');
  slip = $state<{ text: string; tone: 'plain' | 'danger' } | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    this.spoken = text;
  }

  show(text: string, tone: 'plain' | 'danger' = 'plain'): void {
    clearTimeout(this.timer);
    this.slip = { text, tone };
    this.timer = setTimeout(() => this.dismiss(), SLIP_MS);
  }

  dismiss(): void {
    this.slip = null;
  }
}

export const notices = new Notices();
