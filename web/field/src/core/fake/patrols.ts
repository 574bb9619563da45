// Planted: a ride across made-up steppe, second by second, with the gaps a real one has.

import { Random } from '@tala/shared/planted/random';
import type { PatrolLine, Place, Recording, TrackPart, Whereabouts } from '../field-core.ts';
import { distanceM } from './geo.ts';
import { id } from './registries.ts';

export const STATION: Place = { lat: 44.1, lon: 115.745 };
const GAIT_M_S = 2.1;

export interface FakePatrol {
  line: PatrolLine;
  track: TrackPart[];
  /** What the recording says; the line's state for one that has ended. */
  recording: Recording;
  /** Where its rider is heading, radians from east. */
  heading: number;
}

export interface Ride {
  n: number;
  started_ms: number;
  /** Seconds recorded so far. */
  seconds: number;
  title: string | null;
  whereabouts: Whereabouts;
  /** Seconds at which nothing was recorded for four minutes. */
  gaps?: readonly number[];
}

const GAP_S = 240;

export function ride({ n, started_ms, seconds, title, whereabouts, gaps = [] }: Ride): FakePatrol {
  const random = new Random(77 + n);
  const patrol: FakePatrol = {
    line: { id: id('a0', n), title, transport: 'horse', own: true, started_ms, ended_ms: null, whereabouts },
    track: [{ lat_e7: [], lon_e7: [] }],
    recording: fresh(id('a0', n), started_ms),
    heading: 0.2 + n,
  };
  let here = STATION;
  for (let second = 0; second < seconds; second += 1) {
    const lost = gaps.some((gap) => second >= gap && second < gap + GAP_S);
    here = stride(here, patrol, random);
    if (lost) {
      if (gaps.includes(second)) gap(patrol);
    } else add(patrol, here, started_ms + second * 1000, 4 + random.between(0, 5));
  }
  return patrol;
}

/** One second on. */
export function stride(from: Place, patrol: FakePatrol, random: Random): Place {
  patrol.heading += random.between(-0.06, 0.06) + 0.00035;
  const scale = Math.cos((from.lat * Math.PI) / 180);
  return {
    lat: from.lat + (Math.sin(patrol.heading) * GAIT_M_S) / 111_320,
    lon: from.lon + (Math.cos(patrol.heading) * GAIT_M_S) / (111_320 * scale),
  };
}

export function add(patrol: FakePatrol, place: Place, time_ms: number, acc_m: number): void {
  const { recording, track } = patrol;
  const part = track.at(-1);
  if (part === undefined) return;
  if (recording.last !== null && part.lat_e7.length > 0)
    recording.distance_m += distanceM(recording.last, place);
  part.lat_e7.push(Math.round(place.lat * 1e7));
  part.lon_e7.push(Math.round(place.lon * 1e7));
  recording.last = { ...place, acc_m: Math.round(acc_m * 10) / 10, time_ms };
  recording.fixes += 1;
  recording.unsealed = (recording.unsealed + 1) % 300;
  recording.saved_ms = time_ms;
  recording.duration_ms = time_ms - recording.started_ms;
}

/** What comes next is not joined to what was. */
export function gap(patrol: FakePatrol): void {
  if (patrol.track.at(-1)?.lat_e7.length === 0) return;
  patrol.track.push({ lat_e7: [], lon_e7: [] });
  patrol.recording.gaps += 1;
}

export function fresh(patrol: string, started_ms: number): Recording {
  return {
    version: 1,
    patrol,
    state: 'recording',
    leg: 0,
    transport: 'horse',
    fixes: 0,
    doubtful: 0,
    gaps: 0,
    distance_m: 0,
    duration_ms: 0,
    unsealed: 0,
    saved_ms: started_ms,
    last: null,
    started_ms,
    declared_return_ms: null,
  };
}
