// A `FieldCore` in memory: for development, tests and screenshots. It refuses what the real one refuses, and its
// answers are copies, as they are when they cross a worker or a bridge.

import { incidentVerbs } from './fake/incident-verbs.ts';
import { patrolVerbs } from './fake/patrol-verbs.ts';
import { peopleVerbs } from './fake/people-verbs.ts';
import { shellVerbs } from './fake/shell-verbs.ts';
import type { World } from './fake/world.ts';
import { type Answer, type Ask, CoreError, type CoreEvent, type FieldCore, type Verb } from './field-core.ts';

const VERBS = { ...shellVerbs, ...patrolVerbs, ...incidentVerbs, ...peopleVerbs };

/** What is answered behind the lock; see docs/FIELD-BRIDGE.md. */
const WHILE_SHUT: ReadonlySet<Verb> = new Set<Verb>([
  'open',
  'take_over',
  'unlock',
  'lock',
  'recorder',
  'device',
  'sos',
  'sos_state',
  'sos_calls',
]);
const WITHOUT_STORE: ReadonlySet<Verb> = new Set<Verb>(['open', 'take_over']);
const NOT_ENROLLED: ReadonlySet<Verb> = new Set<Verb>([
  'open',
  'enrol',
  'version',
  'recorder',
  'device',
  'setting',
  'set_setting',
  'sync_state',
]);

export class FakeCore implements FieldCore {
  constructor(readonly world: World) {}

  async call<V extends Verb>(message: Ask<V>): Promise<Answer<V>> {
    const ask = structuredClone(message);
    this.refuse(ask.do);
    // Each handler takes its own verb's message: the table above is checked verb by verb.
    const handler = VERBS[ask.do] as unknown as (world: World, ask: Ask<V>) => Answer<V> | Promise<Answer<V>>;
    return structuredClone(await handler(this.world, ask));
  }

  listen(listener: (event: CoreEvent) => void): () => void {
    return this.world.listen(listener);
  }

  private refuse(verb: Verb): void {
    const { opened, faults } = this.world;
    if (!Object.hasOwn(VERBS, verb)) throw new CoreError('unread', `unknown verb ${verb}`);
    const planted = faults.get(verb);
    if (planted !== undefined) throw new CoreError(planted, 'planted by a test');
    if (opened.other_window && !WITHOUT_STORE.has(verb))
      throw new CoreError('other_window', 'held elsewhere');
    if (opened.lock === 'shut' && !WHILE_SHUT.has(verb))
      throw new CoreError('locked', 'the app lock is shut');
    if (!opened.enrolled && !NOT_ENROLLED.has(verb))
      throw new CoreError('not_enrolled', 'enrol this phone first');
  }
}
