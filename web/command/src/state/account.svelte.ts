// Who is signed in at this desk, and the way in and out.

import { ApiClient } from '../api/client.ts';
import { type ApiError, asApiError } from '../api/error.ts';
import type { Session } from '../api/types.ts';
import { clock } from './clock.svelte.ts';
import { Desk } from './desk.svelte.ts';

export type Ended = 'none' | 'expired' | 'revoked';

class Account {
  /** Null while nobody is signed in. */
  desk = $state.raw<Desk | null>(null);
  /** Before the first answer we do not know whether to ask for a password. */
  checking = $state(true);
  checkFailed = $state.raw<ApiError | null>(null);
  ended = $state<Ended>('none');
  readonly client = new ApiClient(
    (input, init) => fetch(input, init),
    () => this.drop('expired'),
  );

  /** Asks the server whether this browser has a session already. */
  async check(): Promise<void> {
    this.checking = true;
    this.checkFailed = null;
    try {
      this.adopt(await this.client.session());
    } catch (thrown) {
      const failure = asApiError(thrown);
      // At the first look a 401 is the normal case, not an ended session.
      this.ended = 'none';
      if (failure.kind !== 'unauthorized') this.checkFailed = failure;
    } finally {
      this.checking = false;
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    this.adopt(await this.client.signIn(login, password));
    this.ended = 'none';
  }

  async signOut(): Promise<void> {
    await this.client.signOut().catch(() => undefined);
    this.drop('none');
  }

  private adopt(session: Session): void {
    clock.adopt(session.server_time, session.zone);
    this.desk?.stop();
    this.desk = new Desk(session, this.client, (reason) => this.onBye(reason));
    this.desk.start();
  }

  private onBye(reason: string): void {
    if (reason === 'revoked') this.drop('revoked');
    else if (reason === 'signed_out') this.drop('expired');
  }

  private drop(ended: Ended): void {
    this.desk?.stop();
    this.desk = null;
    this.ended = ended;
  }
}

export const account = new Account();
