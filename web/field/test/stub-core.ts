// A core of a few lines for tests of pages' state: answers what a test gives it and notes what it was asked.

import { type Answer, type Ask, CoreError, type FieldCore, type Verb } from '../src/core/field-core.ts';

type Answers = { [V in Verb]?: (message: Ask<V>) => Answer<V> | Promise<Answer<V>> };

export class StubCore implements FieldCore {
  /** Every message, in order. */
  readonly asked: Ask<Verb>[] = [];
  readonly drafts = new Map<string, unknown>();
  private tokens = 0;

  constructor(private readonly answers: Answers = {}) {}

  readonly call = async <V extends Verb>(message: Ask<V>): Promise<Answer<V>> => {
    this.asked.push(message as Ask<Verb>);
    const own = this.answers[message.do] as ((message: Ask<V>) => Answer<V>) | undefined;
    const answer = own ? await own(message) : this.kept(message as Ask<Verb>);
    return answer as Answer<V>;
  };

  listen(): () => void {
    return () => undefined;
  }

  /** The verbs asked, in order, without those that keep a draft. */
  verbs(): Verb[] {
    return this.asked.map((one) => one.do).filter((verb) => !['save_draft', 'drop_draft'].includes(verb));
  }

  private kept(message: Ask<Verb>): unknown {
    switch (message.do) {
      case 'save_draft': {
        const { key, value } = message as Ask<'save_draft'>;
        this.drafts.set(key, structuredClone(value));
        return null;
      }
      case 'drop_draft':
        this.drafts.delete((message as Ask<'drop_draft'>).key);
        return null;
      case 'drafts':
        return [...this.drafts].map(([key, value]) => ({ key, value, saved_ms: 0 }));
      case 'put_file':
        this.tokens += 1;
        return { token: `t${this.tokens}` };
      case 'put_bytes':
        return { size: 0 };
      case 'incidents':
        return [];
      case 'attach':
      case 'edit_incident':
        return null;
      default:
        throw new CoreError('unsupported', `the test gave no answer to ${message.do}`);
    }
  }
}
