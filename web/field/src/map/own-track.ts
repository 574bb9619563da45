// Keeps one map's track in step with the recorder: the whole of it once, then fix by fix.

import type { Recording, TrackPart } from '../core/field-core.ts';
import type { FieldView } from './field-view.ts';
import { TrackLine } from './track-line.ts';

export class OwnTrack {
  private readonly line = new TrackLine();
  private loading = false;

  constructor(
    private readonly view: Pick<FieldView, 'setTrack' | 'growTrack'>,
    private readonly ask: (patrol: string) => Promise<TrackPart[]>,
  ) {}

  /** Called with every recording that is known. Resolves when the map shows it. */
  async show(recording: Recording | null): Promise<void> {
    if (recording === null) {
      if (this.line.patrol !== null) this.view.setTrack(null);
      this.line.patrol = null;
      return;
    }
    if (this.line.follow(recording)) {
      this.view.growTrack(this.line.take());
      return;
    }
    if (this.loading) return;
    this.loading = true;
    try {
      this.line.load(recording.patrol, await this.ask(recording.patrol), recording);
      this.view.setTrack(this.line);
    } finally {
      this.loading = false;
    }
  }
}
