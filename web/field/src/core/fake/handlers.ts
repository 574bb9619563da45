// What every table of verbs of the fake core is checked against.

import type { Answer, Ask, Verb } from '../field-core.ts';
import type { World } from './world.ts';

export type Handlers<K extends Verb> = {
  [V in K]: (world: World, ask: Ask<V>) => Answer<V> | Promise<Answer<V>>;
};
