// How a last position is drawn, from its age and what the rider declared. Pure.

/** What is known of a last position. Times as ISO 8601. */
export interface LastPosition {
  at: string;
  declared_return_at: string | null;
}

export type AgeBucket = 'fresh' | 'aging' | 'old';
export type PositionBadge = 'none' | 'silent' | 'overdue';

const MINUTE_MS = 60_000;
const FRESH_MS = 5 * MINUTE_MS;
const AGING_MS = 30 * MINUTE_MS;

/** Full under 5 minutes, half under 30, hollow after. */
export function ageBucket(ageMs: number): AgeBucket {
  if (ageMs < FRESH_MS) return 'fresh';
  return ageMs < AGING_MS ? 'aging' : 'old';
}

/** Overdue when the declared return is past; silent when it is ahead and the position is old meanwhile. */
export function positionBadge(position: LastPosition, now: number): PositionBadge {
  if (position.declared_return_at === null) return 'none';
  const declared = Date.parse(position.declared_return_at);
  if (now > declared) return 'overdue';
  return now - Date.parse(position.at) >= AGING_MS ? 'silent' : 'none';
}
