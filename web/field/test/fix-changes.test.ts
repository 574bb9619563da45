// A fix a second must not make every page ask for everything anew, and nothing else may be taken for a fix.

import { describe, expect, it } from 'vitest';
import type { Recording } from '../src/core/field-core.ts';
import { FixChanges } from '../src/state/fix-changes.ts';

const RIDE: Recording = {
  version: 1,
  patrol: 'p',
  state: 'recording',
  leg: 1,
  transport: 'horse',
  fixes: 10,
  doubtful: 0,
  gaps: 0,
  distance_m: 100,
  duration_ms: 10_000,
  unsealed: 10,
  saved_ms: 0,
  last: null,
  started_ms: 0,
  declared_return_ms: null,
};
const after = (fixes: number, change: Partial<Recording> = {}): Recording => ({
  ...RIDE,
  fixes: RIDE.fixes + fixes,
  unsealed: RIDE.unsealed + fixes,
  ...change,
});

/** A page that has seen the ride as it stands, and then hears of versions up to `version`. */
function heard(version: number): FixChanges {
  const changes = new FixChanges();
  changes.heard(7);
  changes.more(RIDE);
  changes.heard(version);
  return changes;
}

describe('changes that are nothing but fixes', () => {
  it('knows one fix, several, and a batch that is one change', () => {
    expect(heard(8).more(after(1))).toBe(false);
    expect(heard(10).more(after(3))).toBe(false);
    expect(heard(8).more(after(60))).toBe(false);
  });

  it('takes nothing else for a fix', () => {
    expect(heard(8).more(RIDE), 'something was written and no fix came').toBe(true);
    expect(heard(9).more(after(1)), 'a fix and something else').toBe(true);
    expect(heard(8).more(after(1, { unsealed: 0 })), 'the journal was sealed').toBe(true);
    expect(heard(8).more(after(1, { gaps: 1 })), 'the fix ended a gap').toBe(true);
    expect(heard(8).more(after(1, { leg: 2 })), 'another leg').toBe(true);
    expect(heard(8).more(after(0, { state: 'paused' })), 'a pause').toBe(true);
    expect(heard(8).more(after(1, { patrol: 'q' })), 'another patrol').toBe(true);
    expect(heard(8).more(null), 'no patrol').toBe(true);
  });

  it('asks for everything the first time, and after the core was opened anew', () => {
    const changes = new FixChanges();
    changes.heard(4);
    expect(changes.more(RIDE)).toBe(true);
    changes.heard(1);
    expect(changes.more(RIDE)).toBe(true);
  });

  it('lets a change that came between question and answer through with the next', () => {
    const changes = heard(8);
    // The answer knows of the fix that has only just been announced as change 9; change 8 was a report.
    expect(changes.more(after(1))).toBe(false);
    changes.heard(9);
    expect(changes.more(after(1))).toBe(true);
  });
});
