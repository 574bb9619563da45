// The three taps: category, shutter, save. "Saved" is said when the incident and every photo taken are durable; a
// place still asked of the satellites, and attaching the photos, follow by themselves, after a kill too.

import type { At, IncidentIn, IncidentLine } from '../core/field-core.ts';
import { type Call, putFile } from './files.ts';
import { alreadySaved, draftKey, incidentOf, type ReportDraft, type Shot } from './report-draft.ts';

export type Step = 'category' | 'camera' | 'saving' | 'saved';

export class ReportFlow {
  step = $state<Step>('category');
  draft = $state.raw<ReportDraft | null>(null);
  /** Photos taken in this flow, stored or on their way. */
  taken = $state(0);
  /** When the incident was saved. */
  savedMs = $state<number | null>(null);
  /** Done when nothing of this report is missing any more. Rejects where a photo could not be attached. */
  rest: Promise<void> = Promise.resolve();
  private resumed = false;
  private placing: Promise<unknown> = Promise.resolve();
  private storing: Promise<unknown>[] = [];

  constructor(
    private readonly call: Call,
    readonly id: string,
    private readonly clock: () => number,
  ) {}

  /** Goes on with a draft that an earlier run left. */
  resume(draft: ReportDraft): void {
    this.draft = draft;
    this.taken = draft.shots.length;
    this.resumed = true;
    this.step = 'camera';
  }

  /** The first tap. `where` may still be asking the satellites. */
  async choose(category: string | null, where: Promise<At | null>): Promise<void> {
    this.draft = { category, occurred_ms: this.clock(), place: null, shots: [], incident: null };
    this.step = 'camera';
    this.placing = where.then((place) => this.write({ place }));
    await this.write({});
  }

  /** The second tap: a photo, or several. Resolves when it is stored. */
  async shoot(photo: Blob): Promise<void> {
    const taken_ms = this.clock();
    const media_type = photo.type || 'image/jpeg';
    this.taken += 1;
    const stored = putFile(this.call, photo, media_type).then((token) =>
      this.keep({ token, media_type, taken_ms, place: this.draft?.place ?? null }),
    );
    this.storing.push(stored);
    await stored.catch((error: unknown) => {
      this.taken -= 1;
      throw error;
    });
  }

  /** A photo that the platform's own camera took and stored. */
  async captured(token: string, media_type: string): Promise<void> {
    this.taken += 1;
    await this.keep({ token, media_type, taken_ms: this.clock(), place: this.draft?.place ?? null });
  }

  /** The third tap. Answers the incident's id as soon as it is durable; `rest` follows. */
  async save(): Promise<string> {
    const draft = this.draft;
    if (draft === null) throw new Error('nothing to save');
    this.step = 'saving';
    try {
      const incident = await this.reported(draft);
      // Most were stored while the thumb moved to save. One that fails is told of by `rest`.
      await Promise.allSettled(this.storing);
      this.savedMs = this.clock();
      this.step = 'saved';
      this.rest = this.complete(incident, draft.place === null);
      return incident;
    } catch (error) {
      this.step = 'camera';
      throw error;
    }
  }

  /** Does what save did not wait for, where a kill came between. */
  async finish(draft: ReportDraft, saved: IncidentLine): Promise<void> {
    this.resume(draft);
    this.step = 'saved';
    await this.complete(saved.id, saved.place === null);
  }

  async discard(): Promise<void> {
    this.draft = null;
    this.step = 'category';
    await this.call<'drop_draft'>({ do: 'drop_draft', key: draftKey(this.id) });
  }

  private async reported(draft: ReportDraft): Promise<string> {
    if (draft.incident !== null) return draft.incident;
    const known = this.resumed
      ? alreadySaved(draft, await this.call<'incidents'>({ do: 'incidents' }))
      : null;
    const incident = known ?? (await this.call<'report'>({ do: 'report', incident: incidentOf(draft) }));
    await this.write({ incident });
    return incident;
  }

  /** What save did not wait for: the place, then the photos to the incident, then the end of the draft. */
  private async complete(incident: string, unplaced: boolean): Promise<void> {
    await Promise.allSettled([this.placing, ...this.storing]);
    const { shape } = this.draft === null ? ({} as IncidentIn) : incidentOf(this.draft);
    if (unplaced && shape) {
      await this.call<'edit_incident'>({ do: 'edit_incident', id: incident, incident: { shape } });
    }
    await this.attachAll(incident);
    await this.call<'drop_draft'>({ do: 'drop_draft', key: draftKey(this.id) });
    this.draft = null;
  }

  /** A photo leaves the draft when it is attached: a kill in between attaches the rest, none twice. */
  private async attachAll(incident: string): Promise<void> {
    for (const { token, media_type, taken_ms, place } of this.draft?.shots ?? []) {
      const where = place === null ? null : { lat: place.lat, lon: place.lon };
      const file = { media_type, taken_ms, place: where };
      await this.call<'attach'>({ do: 'attach', incident, token, file });
      await this.write({ shots: this.draft?.shots.filter((one) => one.token !== token) ?? [] });
    }
  }

  private keep(shot: Shot): Promise<void> {
    return this.write({ shots: [...(this.draft?.shots ?? []), shot] });
  }

  private async write(change: Partial<ReportDraft>): Promise<void> {
    if (this.draft === null) return;
    this.draft = { ...this.draft, ...change };
    await this.call<'save_draft'>({ do: 'save_draft', key: draftKey(this.id), value: this.draft });
  }
}
