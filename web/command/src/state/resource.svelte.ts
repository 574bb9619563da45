// One thing read from the server: what it is now, whether it is being read, and why it could not be.

import { type ApiError, asApiError } from '../api/error.ts';
import { clock } from './clock.svelte.ts';

export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<ApiError | null>(null);
  loading = $state(false);
  /** When `value` was read; old data stays on the screen and says its age when reading again failed. */
  asOfMs = $state<number | null>(null);
  private running: AbortController | null = null;

  /** Reads, dropping whatever an earlier call still waits for. Keeps the old value until the new one is here. */
  async load(read: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.loading = true;
    try {
      const value = await read(running.signal);
      if (this.running !== running) return;
      this.set(value);
    } catch (thrown) {
      if (this.running !== running) return;
      this.error = asApiError(thrown);
    } finally {
      if (this.running === running) this.loading = false;
    }
  }

  set(value: T): void {
    this.value = value;
    this.error = null;
    this.asOfMs = clock.exact();
  }

  clear(): void {
    this.running?.abort();
    this.running = null;
    this.value = null;
    this.error = null;
    this.loading = false;
  }
}
