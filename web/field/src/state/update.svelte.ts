// The service worker as the page sees it: whether the app is whole on this phone, and whether a new version waits.

const SCRIPT = '/field/sw.js';
const LOOK_EVERY_MS = 60 * 60_000;
const RETRY_MS = 30_000;

/**
 * `whole`: opens without a network. `fetching`: not yet. `offline`: cut off, goes on by itself. `full`: no space.
 * `refused`: this browser keeps nothing (a private window, storage shut off).
 */
export type Kept = 'unknown' | 'fetching' | 'whole' | 'offline' | 'full' | 'refused';

/** What the worker says, see worker/service-worker.js. */
type Said =
  | { app: 'fetching'; done: number; of: number }
  | { app: 'fetched' }
  | { app: 'failed'; why: 'full' | 'offline' | 'refused' }
  | { app: 'running'; former: boolean; whole: boolean };

class Update {
  /** A new version is on the phone and waits for a restart. */
  waiting = $state(false);
  kept = $state<Kept>('unknown');
  /** How far the first version is. */
  progress = $state.raw<{ done: number; of: number } | null>(null);
  /** A new version did not fit; the one in use is whole. */
  blocked = $state(false);
  /** The new version did not start twice, so this is the one before. */
  former = $state(false);
  private registration: ServiceWorkerRegistration | null = null;
  private controlled = false;
  private runs = false;
  private restarting = false;
  private failures = 0;
  private again: ReturnType<typeof setTimeout> | null = null;

  /** Called once. A shell brings its own files and needs none of this. */
  async start(): Promise<void> {
    if (!import.meta.env.PROD || 'tala' in window) return;
    if (!('serviceWorker' in navigator)) {
      this.kept = 'refused';
      return;
    }
    const { serviceWorker } = navigator;
    this.controlled = serviceWorker.controller !== null;
    serviceWorker.addEventListener('controllerchange', () => this.handedOver());
    serviceWorker.addEventListener('message', ({ data }: MessageEvent<Said>) => this.hear(data));
    serviceWorker.startMessages();
    window.addEventListener('online', () => void this.look());
    await this.look();
    setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  /** The pages run: this version is worth keeping. Called when the store has answered. */
  started(): void {
    if (this.runs) return;
    this.runs = true;
    if (this.controlled) navigator.serviceWorker.controller?.postMessage('started');
  }

  /** Takes the new version. The caller sees to it that no patrol runs. */
  restart(): void {
    this.restarting = true;
    const waiting = this.registration?.waiting;
    if (waiting) waiting.postMessage('restart');
    else location.reload();
  }

  /** Asks the centre for another version, and goes on with one that was cut off. */
  private async look(): Promise<void> {
    if (this.again !== null) clearTimeout(this.again);
    this.again = null;
    try {
      const known = this.registration;
      const registration = await navigator.serviceWorker.register(SCRIPT, { scope: '/field/' });
      if (known !== registration) this.watch(registration);
      if (registration.active) await registration.update();
    } catch (error) {
      // The script was out of reach, or the browser keeps none.
      if (error instanceof TypeError) this.hear({ app: 'failed', why: 'offline' });
      else this.hear({ app: 'failed', why: 'refused' });
    }
  }

  private watch(registration: ServiceWorkerRegistration): void {
    this.registration = registration;
    const note = () => {
      // The first version of all does not wait for anything.
      this.waiting = registration.waiting !== null && registration.active !== null;
    };
    const follow = () => registration.installing?.addEventListener('statechange', note);
    registration.addEventListener('updatefound', follow);
    follow();
    note();
  }

  private hear(said: Said): void {
    const whole = this.kept === 'whole' || this.controlled;
    if (said.app === 'fetching') {
      this.progress = { done: said.done, of: said.of };
      if (!whole) this.kept = 'fetching';
    } else if (said.app === 'fetched') {
      this.kept = 'whole';
      this.blocked = false;
      this.failures = 0;
    } else if (said.app === 'running') {
      this.kept = said.whole ? 'whole' : 'fetching';
      this.former = said.former;
    } else {
      if (!whole) this.kept = said.why;
      this.blocked = whole && said.why === 'full';
      this.later(said.why);
    }
  }

  /** What was cut off is tried again, less and less often; a full phone is not asked every minute. */
  private later(why: 'full' | 'offline' | 'refused'): void {
    if (why !== 'offline' || this.again !== null) return;
    this.failures += 1;
    const wait = Math.min(RETRY_MS * 2 ** Math.min(this.failures, 10), LOOK_EVERY_MS);
    this.again = setTimeout(() => void this.look(), wait);
  }

  /** Another worker answers from now on: the first one, or the version that was waiting. */
  private handedOver(): void {
    if (this.restarting) {
      location.reload();
      return;
    }
    if (this.controlled) return;
    this.controlled = true;
    if (this.runs) navigator.serviceWorker.controller?.postMessage('started');
  }
}

export const update = new Update();
