// Alerts that nobody has acknowledged: read once, kept up to date by the live feed, acknowledged from the desk.
// One that somebody takes on is shown with that name for a while, then it goes.

import { t, tCode } from '@tala/shared/i18n/i18n';
import { notices } from '@tala/shared/notices';
import type { ApiClient } from '../api/client.ts';
import { asApiError } from '../api/error.ts';
import type { Alert, Session } from '../api/types.ts';
import { failureText } from './failure-text.ts';

/** Roles that answer for the room; the server has the last word. */
const ANSWERING = new Set(['duty_officer', 'station_chief']);
/** How long an alert that somebody took on stays in sight. */
const TAKEN_SHOWN_MS = 60_000;

export class AlertBook {
  /** Calls for help first, then those nobody has acknowledged, then the newest. */
  items = $state.raw<Alert[]>([]);
  /** False where the role may not, and on a server that has no such thing. */
  canAcknowledge = $state(false);
  private readonly client: ApiClient;
  private readonly me: Session['person'];

  constructor(client: ApiClient, session: Session) {
    this.client = client;
    this.me = session.person;
    this.canAcknowledge = session.memberships.some((one) => ANSWERING.has(one.role));
  }

  get calls(): Alert[] {
    return this.items.filter(isCall);
  }

  async read(): Promise<void> {
    try {
      this.items = inOrder(await this.client.alerts());
    } catch {
      // A server without a list still sends new alerts live, and any other failure shows as a lost feed: what is
      // known stays.
    }
  }

  /** Takes a live alert. One that was taken on before this page heard of it is no news. */
  take(alert: Alert): void {
    const known = this.items.some((one) => one.id === alert.id);
    if (!known && alert.acknowledged) return;
    const others = this.items.filter((one) => one.id !== alert.id);
    this.items = inOrder([alert, ...others]);
    if (!known) notices.say(t('alert.new', { what: alertText(alert) }));
    if (alert.acknowledged) this.leavesSoon(alert.id);
  }

  async acknowledge(id: string): Promise<void> {
    try {
      await this.client.acknowledge(id);
      this.leavesSoon(id);
      const by = { by: this.me, at: new Date().toISOString() };
      this.items = inOrder(this.items.map((one) => (one.id === id ? { ...one, acknowledged: by } : one)));
    } catch (thrown) {
      const failure = asApiError(thrown);
      await this.read();
      // Still open and yet not found: this server takes no acknowledgements.
      if (failure.kind === 'missing' && this.items.some((one) => one.id === id)) this.canAcknowledge = false;
      notices.show(t('alert.ack.failed', { why: failureText(failure.kind) }), 'danger');
    }
  }

  private leavesSoon(id: string): void {
    setTimeout(() => {
      this.items = this.items.filter((one) => one.id !== id);
    }, TAKEN_SHOWN_MS);
  }
}

export function isCall(alert: Alert): boolean {
  return alert.kind === 'sos';
}

/** `SOS: 巴特尔` */
export function alertText(alert: Alert): string {
  const person = alert.person?.name ?? t('alert.unknown');
  return t('alert.person', { kind: tCode('alert.kind', alert.kind), person });
}

export function inOrder(alerts: readonly Alert[]): Alert[] {
  const weight = (one: Alert) => (isCall(one) ? 2 : 0) + (one.acknowledged ? 0 : 1);
  return [...alerts].sort((a, b) => weight(b) - weight(a) || Date.parse(b.at) - Date.parse(a.at));
}
