// What is declared before a patrol sets out. Kept as a draft: a phone that dies while the form is filled in keeps it.

import type { PatrolIn, PlanLine } from '../core/field-core.ts';
import type { Call } from './files.ts';

export type Return = 'none' | '2' | '4' | '8' | '12' | 'at';
export const RETURNS: readonly Return[] = ['2', '4', '8', '12', 'at', 'none'];

const KEY = 'start';
const HOUR_MS = 3_600_000;

interface Filled {
  transport: string | null;
  team: string[];
  purpose: string;
  plan: string | null;
  back: Return;
  /** Local time as the box gives it, `2026-06-01T18:30`. */
  at: string;
}

const EMPTY: Filled = { transport: null, team: [], purpose: '', plan: null, back: '4', at: '' };

export class StartForm {
  now = $state.raw<Filled>(EMPTY);

  constructor(private readonly call: Call) {}

  /** Takes what an earlier run left, else what was chosen the last time. */
  async load(lastTransport: string | null): Promise<void> {
    const lines = await this.call<'drafts'>({ do: 'drafts' });
    const left = lines.find((line) => line.key === KEY)?.value;
    const filled = typeof left === 'object' && left !== null ? (left as Partial<Filled>) : {};
    this.now = { ...EMPTY, transport: lastTransport, ...filled };
  }

  async set(change: Partial<Filled>): Promise<void> {
    this.now = { ...this.now, ...change };
    await this.call<'save_draft'>({ do: 'save_draft', key: KEY, value: this.now });
  }

  toggleMember(name: string): Promise<void> {
    const { team } = this.now;
    return this.set({ team: team.includes(name) ? team.filter((one) => one !== name) : [...team, name] });
  }

  /** When the patrol says it will be back; null where it does not say. */
  returnMs(nowMs: number): number | null {
    const { back, at } = this.now;
    if (back === 'none') return null;
    if (back !== 'at') return nowMs + Number(back) * HOUR_MS;
    const ms = Date.parse(at);
    return Number.isNaN(ms) ? null : ms;
  }

  /** What the core is told; null while the transport is missing. */
  patrol(plans: readonly PlanLine[], nowMs: number): PatrolIn | null {
    const { transport, team, purpose, plan } = this.now;
    if (transport === null) return null;
    const chosen = plans.find((one) => one.id === plan);
    return {
      transport,
      team,
      purpose: purpose.trim() === '' ? null : purpose.trim(),
      plan,
      campaign: chosen?.campaign ?? null,
      declared_return_ms: this.returnMs(nowMs),
    };
  }

  async done(): Promise<void> {
    await this.call<'drop_draft'>({ do: 'drop_draft', key: KEY });
  }
}
