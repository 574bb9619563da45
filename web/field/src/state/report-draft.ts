// A report before it is saved: what the first tap knew and what was photographed since. Kept as a draft of the core
// at every step, so that a kill between two taps loses nothing.

import type { At, DraftLine, IncidentIn, IncidentLine } from '../core/field-core.ts';

export interface Shot {
  token: string;
  media_type: string;
  taken_ms: number;
  place: At | null;
}

export interface ReportDraft {
  /** Null where the officer chose to say it later. */
  category: string | null;
  /** The first tap. */
  occurred_ms: number;
  place: At | null;
  shots: Shot[];
  /** The incident, once it is saved: from then on only files are missing. */
  incident: string | null;
}

const PREFIX = 'report:';

export const draftKey = (id: string): string => PREFIX + id;

/** Drafts of reports among all drafts, the newest first. */
export function reportDrafts(
  lines: readonly DraftLine[],
): { id: string; savedMs: number; draft: ReportDraft }[] {
  return lines
    .filter((line) => line.key.startsWith(PREFIX) && isReportDraft(line.value))
    .map((line) => ({
      id: line.key.slice(PREFIX.length),
      savedMs: line.saved_ms,
      draft: line.value as ReportDraft,
    }))
    .sort((a, b) => b.savedMs - a.savedMs);
}

/** What is said to the core when the report is saved. */
export function incidentOf(draft: ReportDraft): IncidentIn {
  const { place } = draft;
  return {
    category: draft.category,
    occurred_ms: draft.occurred_ms,
    shape:
      place === null
        ? null
        : {
            kind: 'point',
            corners: [{ lat: place.lat, lon: place.lon }],
            source: 'gnss',
            ...(place.acc_m === null ? {} : { acc_m: [place.acc_m] }),
          },
  };
}

/**
 * The incident that a draft had become when the app was killed between saving it and noting so. The first tap's
 * millisecond and the category are the draft's own; nothing else of this phone has both.
 */
export function alreadySaved(draft: ReportDraft, lines: readonly IncidentLine[]): string | null {
  if (draft.incident !== null) return draft.incident;
  const same = lines.find(
    (line) => line.own && line.occurred_ms === draft.occurred_ms && line.category === draft.category,
  );
  return same?.id ?? null;
}

function isReportDraft(value: unknown): value is ReportDraft {
  if (typeof value !== 'object' || value === null) return false;
  return 'occurred_ms' in value && 'shots' in value && Array.isArray(value.shots);
}
