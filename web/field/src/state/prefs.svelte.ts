// The officer's own choices, kept by the shell: which hand, sound, and what was chosen last time.

import { setSilent } from '../sound.ts';
import { app } from './app.svelte.ts';

interface Choices {
  /** Which thumb reaches the main button. */
  hand: 'right' | 'left';
  /** Vibration stays in any case. */
  sound: boolean;
  last_transport: string | null;
}

const FIRST: Choices = { hand: 'right', sound: true, last_transport: null };

class Prefs {
  now = $state.raw<Choices>(FIRST);

  /** Reads all of them; one that cannot be read keeps its first value. */
  async load(): Promise<void> {
    const [hand, sound, transport] = await Promise.all([read('hand'), read('sound'), read('last_transport')]);
    this.adopt({
      hand: hand === 'left' ? 'left' : 'right',
      sound: sound !== false,
      last_transport: typeof transport === 'string' ? transport : null,
    });
  }

  async set<K extends keyof Choices>(name: K, value: Choices[K]): Promise<void> {
    this.adopt({ ...this.now, [name]: value });
    await app.call<'set_setting'>({ do: 'set_setting', name, value });
  }

  private adopt(choices: Choices): void {
    this.now = choices;
    document.documentElement.dataset.hand = choices.hand;
    setSilent(!choices.sound);
  }
}

async function read(name: keyof Choices): Promise<unknown> {
  try {
    return await app.call<'setting'>({ do: 'setting', name });
  } catch {
    return null;
  }
}

export const prefs = new Prefs();
