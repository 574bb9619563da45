// The service worker as the page sees it: whether the app is whole on this phone, and whether a new version waits.

const SCRIPT = '/field/sw.js';
const LOOK_EVERY_MS = 60 * 60_000;

class Update {
  /** A new version is on the phone and waits for a restart. */
  waiting = $state(false);
  private registration: ServiceWorkerRegistration | null = null;
  private restarting = false;

  /** Called once. A shell brings its own files and needs none of this. */
  async start(): Promise<void> {
    if (!import.meta.env.PROD || 'tala' in window || !('serviceWorker' in navigator)) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (this.restarting) location.reload();
    });
    try {
      this.registration = await navigator.serviceWorker.register(SCRIPT, { scope: '/field/' });
    } catch {
      // A private window, or storage refused: the app runs, it is only not whole without a network.
      return;
    }
    this.look(this.registration);
    setInterval(() => void this.registration?.update().catch(() => undefined), LOOK_EVERY_MS);
  }

  /** Takes the new version. The caller sees to it that no patrol runs. */
  restart(): void {
    this.restarting = true;
    this.registration?.waiting?.postMessage('restart');
  }

  private look(registration: ServiceWorkerRegistration): void {
    const note = () => {
      // The first version of all does not wait for anything.
      this.waiting = registration.waiting !== null && navigator.serviceWorker.controller !== null;
    };
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', note);
    });
    note();
  }
}

export const update = new Update();
