// What an officer changes in an incident before saving it. Kept as a draft at every letter; only what was changed is
// written, so that two people who edit different fields never meet.

import type { HeadsIn, IncidentIn, IncidentPage, Severity } from '../core/field-core.ts';
import type { Call } from './files.ts';

export interface Edits {
  category?: string;
  title?: string;
  narrative?: string;
  severity?: Severity;
  heads?: HeadsIn[];
}

const WAIT_MS = 300;

export class IncidentEdit {
  edits = $state.raw<Edits>({});
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly key: string;

  constructor(
    private readonly call: Call,
    private readonly id: string,
  ) {
    this.key = `edit:${id}`;
  }

  readonly dirty = $derived(Object.keys(this.edits).length > 0);

  async load(): Promise<void> {
    const lines = await this.call<'drafts'>({ do: 'drafts' });
    const left = lines.find((line) => line.key === this.key)?.value;
    if (typeof left === 'object' && left !== null) this.edits = left as Edits;
  }

  /** A change back to what is saved is no change. */
  set(change: Edits, saved: IncidentPage): void {
    const edits = { ...this.edits, ...change };
    if (edits.title === (saved.title ?? '')) delete edits.title;
    if (edits.narrative === (saved.narrative ?? '')) delete edits.narrative;
    if (edits.severity === saved.severity) delete edits.severity;
    if (edits.category === saved.category) delete edits.category;
    if (JSON.stringify(edits.heads) === JSON.stringify(saved.heads)) delete edits.heads;
    this.edits = edits;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep(), WAIT_MS);
  }

  async save(): Promise<void> {
    clearTimeout(this.timer);
    const incident: IncidentIn = { ...this.edits };
    await this.call<'edit_incident'>({ do: 'edit_incident', id: this.id, incident });
    this.edits = {};
    await this.call<'drop_draft'>({ do: 'drop_draft', key: this.key });
  }

  private async keep(): Promise<void> {
    if (this.dirty) await this.call<'save_draft'>({ do: 'save_draft', key: this.key, value: this.edits });
    else await this.call<'drop_draft'>({ do: 'drop_draft', key: this.key });
  }
}
