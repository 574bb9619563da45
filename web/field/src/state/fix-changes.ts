// Which changes are nothing but fixes that were recorded. One comes every second for hours: to ask for zones, records
// and categories anew each time would cost more than recording does.

import type { Recording } from '../core/field-core.ts';

export class FixChanges {
  private version: number | null = null;
  /** Changes that were heard of and not explained yet. */
  private owed = 0;
  private last: Recording | null = null;

  /** The core said "changed". */
  heard(version: number): void {
    // A core that was opened anew counts from the beginning.
    this.owed += Math.max(1, version - (this.version ?? version));
    this.version = version;
  }

  /** Takes what the recorder says since. True where anything but fixes may have changed. */
  more(now: Recording | null): boolean {
    const { last, owed } = this;
    this.last = now;
    this.owed = 0;
    if (last === null || now === null) return true;
    // What was sealed belongs to a record; a pause, a gap or a leg is more than a fix.
    const goesOn = last.patrol === now.patrol && last.state === now.state && last.leg === now.leg;
    if (!goesOn || last.gaps !== now.gaps || now.unsealed <= last.unsealed) return true;
    const fixes = now.fixes - last.fixes;
    return fixes < 1 || (owed !== fixes && owed !== 1);
  }
}
