// The one call for help of this page, in step with the clock and the core.

import { storage as localStorage } from '@tala/shared/storage';
import { untrack } from 'svelte';
import { signal } from '../sound.ts';
import { app } from './app.svelte.ts';
import { SosCall, type SosMemory, type SosRun, type SosView } from './sos-call.ts';

const STORED = 'tala.sos';

/** Ids and times only, outside the store: the call goes on behind the app lock. */
const memory: SosMemory = {
  load: () => {
    try {
      return JSON.parse(localStorage.getItem(STORED) ?? 'null') as SosRun | null;
    } catch {
      return null;
    }
  },
  // What the officer wrote stays in the core.
  save: (run) => localStorage.setItem(STORED, JSON.stringify({ ...run, note: null })),
};

class Sos {
  now = $state.raw<SosView>({ state: 'idle', run: null, at_centre: false, answer: null, failed: null });
  private readonly call = new SosCall(
    (ask) => app.call(ask),
    memory,
    (view) => {
      if (view.state === 'answered' && this.now.state === 'calling') signal('sos_acknowledged');
      this.now = view;
    },
  );
  private taken = false;

  /** Called by the button, which is on every page. */
  watch(): void {
    $effect(() => {
      void app.version;
      if (app.opened?.enrolled !== true || app.opened.other_window) return;
      untrack(() => void this.follow());
    });
    $effect(() => {
      const now = app.now;
      untrack(() => void this.call.tick(now));
    });
  }

  async press(note: string | null): Promise<void> {
    try {
      await this.call.press(note, Date.now());
      signal('sos_sent');
    } catch {
      // The page shows why, and it is tried again by itself.
      signal('refused');
    }
  }

  end(): void {
    this.call.end(Date.now());
  }

  private async follow(): Promise<void> {
    if (this.taken) return this.call.refresh();
    this.taken = true;
    await this.call.resume(Date.now());
  }
}

export const sos = new Sos();
