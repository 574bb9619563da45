// A call for help until somebody acknowledges it: sent, sent again, and whom it reached. Framework-free, so that the
// rule that counts most can be tested second by second.

import type { AnswerLine, SosLine } from '../core/field-core.ts';
import type { Call } from './files.ts';

/** How often an unanswered call is sent again. */
export const REPEAT_MS = 30_000;
/** How often the answer is asked for once the call is at the centre: seconds count, and the next repeat is far. */
export const ASK_MS = 8_000;
/** After a refusal of the phone's own store: sooner. */
const RETRY_MS = 5_000;
/** A call of an earlier run that is older than this is history, not an emergency. */
const RESUME_MS = 6 * 3_600_000;
/** So many of the sendings are asked for answers: an answer to any of them is an answer to the call. */
const ASKED_MAX = 24;

/** What one call consists of; kept outside the store, because it goes on behind the app lock. */
export interface SosRun {
  ids: string[];
  pressed_ms: number;
  sent_ms: number;
  note: string | null;
  /** The officer said that he is safe, or saw the answer. */
  ended_ms: number | null;
}

export interface SosMemory {
  load(): SosRun | null;
  save(run: SosRun): void;
}

export interface SosView {
  /** `idle`: no call. `calling`: nobody has answered. `answered`: somebody has. */
  state: 'idle' | 'calling' | 'answered';
  run: SosRun | null;
  at_centre: boolean;
  answer: AnswerLine | null;
  /** Why the last sending was not stored. */
  failed: unknown;
}

const PEOPLE_SAY: ReadonlySet<string> = new Set(['seen', 'taken', 'done', 'newer']);

export class SosCall {
  private run: SosRun | null = null;
  private lines = new Map<string, SosLine>();
  private failed: unknown = null;
  private sending = false;
  private tried_ms = 0;
  private asked_ms = 0;
  /** Whether the store said of a sending that it never heard of it. */
  private gone = false;

  constructor(
    private readonly call: Call,
    private readonly memory: SosMemory,
    private readonly show: (view: SosView) => void,
  ) {}

  /** Takes up a call that was cut off with the page. */
  async resume(nowMs: number): Promise<void> {
    const kept = this.memory.load();
    this.run = kept?.ended_ms === null ? kept : await this.latest(nowMs, kept?.ended_ms ?? 0);
    // Held while the store was shut, and never opened since: whoever holds the phone now may be somebody else.
    if (this.run?.ids.length === 0 && nowMs - this.run.pressed_ms > RESUME_MS) this.end(nowMs);
    await this.refresh();
    // A phone that was wiped or enrolled anew knows none of them: there is nothing to go on with.
    if (this.run !== null && this.lines.size === 0 && this.gone) this.end(nowMs);
  }

  /** The button was held. Rejects where the phone itself could not store it; it is tried again all the same. */
  async press(note: string | null, nowMs: number): Promise<void> {
    if (this.state() === 'calling') return;
    this.run = { ids: [], pressed_ms: nowMs, sent_ms: nowMs, note, ended_ms: null };
    this.lines = new Map();
    // Before the store has it: a store that is shut or full must not end a call that the page is killed in.
    this.memory.save(this.run);
    await this.send(nowMs);
    if (this.failed !== null) throw this.failed;
  }

  /** Called every second. Sends again when it is time. */
  async tick(nowMs: number): Promise<void> {
    if (this.run === null || this.state() !== 'calling') return;
    const stored = this.failed === null && this.run.ids.length > 0;
    const last = stored ? Math.max(this.run.sent_ms, this.tried_ms) : this.tried_ms;
    if (nowMs - last >= (stored ? REPEAT_MS : RETRY_MS)) await this.send(nowMs);
    else await this.ask(nowMs, last);
  }

  /** Asks what became of it. */
  async refresh(): Promise<void> {
    // Something changed, an unlocked store perhaps: what could not be stored is tried at the next second.
    if (this.failed !== null) this.tried_ms = 0;
    for (const id of this.run?.ids.slice(-ASKED_MAX) ?? []) {
      try {
        this.lines.set(id, await this.call<'sos_state'>({ do: 'sos_state', id }));
      } catch (error) {
        // The store may be busy elsewhere: what was known of the call stays.
        this.gone ||= (error as { code?: unknown }).code === 'unknown';
      }
    }
    this.tell();
  }

  /** No more repeats: the officer is safe, or has read the answer. */
  end(nowMs: number): void {
    if (this.run === null) return;
    this.memory.save({ ...this.run, ended_ms: nowMs });
    this.run = null;
    this.lines = new Map();
    this.failed = null;
    this.tell();
  }

  private async send(nowMs: number): Promise<void> {
    const run = this.run;
    if (run === null || this.sending) return;
    this.sending = true;
    this.tried_ms = nowMs;
    try {
      const note = run.note === null ? {} : { note: run.note };
      run.ids.push(await this.call<'sos'>({ do: 'sos', repeat: run.ids.length, ...note }));
      run.sent_ms = nowMs;
      this.failed = null;
      if (this.run === run) this.memory.save(run);
    } catch (error) {
      this.failed = error;
    }
    this.sending = false;
    this.tell();
  }

  /** Fetches the answer. Where the call has not arrived, its repeats do what can be done. */
  private async ask(nowMs: number, sentMs: number): Promise<void> {
    if (!this.atCentre() || nowMs - Math.max(this.asked_ms, sentMs) < ASK_MS) return;
    this.asked_ms = nowMs;
    try {
      await this.call<'start_sync'>({ do: 'start_sync', by_officer: false, originals: false });
    } catch {
      // Another is under way and brings it.
    }
  }

  private atCentre(): boolean {
    return [...this.lines.values()].some((line) => line.at_centre);
  }

  private async latest(nowMs: number, afterMs: number): Promise<SosRun | null> {
    let calls: SosLine[] = [];
    try {
      calls = await this.call<'sos_calls'>({ do: 'sos_calls' });
    } catch {
      return null;
    }
    const recent = calls.filter(({ at_ms }) => at_ms > afterMs && nowMs - at_ms < RESUME_MS);
    const [newest, oldest] = [recent[0], recent.at(-1)];
    if (newest === undefined || oldest === undefined) return null;
    const ids = recent.map(({ id }) => id).reverse();
    return { ids, pressed_ms: oldest.at_ms, sent_ms: newest.at_ms, note: null, ended_ms: null };
  }

  private answer(): AnswerLine | null {
    const answers = [...this.lines.values()].flatMap((line) => line.answers);
    const people = answers.filter(({ what }) => PEOPLE_SAY.has(what)).sort((a, b) => a.at_ms - b.at_ms);
    return people[0] ?? null;
  }

  private state(): SosView['state'] {
    if (this.run === null) return 'idle';
    return this.answer() === null ? 'calling' : 'answered';
  }

  private tell(): void {
    const at_centre = this.atCentre();
    const run = this.run && { ...this.run, ids: [...this.run.ids] };
    this.show({ state: this.state(), run, at_centre, answer: this.answer(), failed: this.failed });
  }
}
