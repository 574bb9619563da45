// One deed of a page at a time: what it says when done, and when refused. Heard and felt either way.

import { signal } from '../sound.ts';
import { faultText } from './faults.ts';
import { slips } from './slip.svelte.ts';

export class Deed {
  busy = $state(false);

  /** Does the work; true when it was done. `done` null says nothing on success. */
  async run(work: () => Promise<unknown>, done: string | null): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await work();
      if (done !== null) {
        signal('saved');
        slips.show({ text: done, tone: 'saved' });
      }
      return true;
    } catch (error) {
      signal('refused');
      slips.show({ text: faultText(error), tone: 'danger' });
      return false;
    } finally {
      this.busy = false;
    }
  }
}
