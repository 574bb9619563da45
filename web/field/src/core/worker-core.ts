// Stands where the worker of a browser will: this build has no core of its own.

import { type Answer, type Ask, CoreError, type FieldCore, type Verb } from './field-core.ts';

export class WorkerCore implements FieldCore {
  call<V extends Verb>(message: Ask<V>): Promise<Answer<V>> {
    return Promise.reject(new CoreError('unsupported', `no worker is built in to ${message.do}`));
  }

  listen(): () => void {
    return () => undefined;
  }
}
