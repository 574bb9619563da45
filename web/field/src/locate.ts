// Where this phone is now: the recorder's last fix while it is fresh, else one question to the platform.

import type { At } from './core/field-core.ts';

/** Old enough for a report: a rider is some metres on. */
export const FRESH_MS = 10_000;
/** For a corner of a shape, at which somebody stands. */
export const CORNER_MS = 3_000;
const PATIENCE_MS = 12_000;

/** A place no older than `freshMs`, or the best there is, or null. `last` is the recorder's. */
export function locate(last: At | null, nowMs: number, freshMs = FRESH_MS): Promise<At | null> {
  if (last !== null && nowMs - last.time_ms <= freshMs) return Promise.resolve(last);
  return ask(freshMs).then((asked) => asked ?? last);
}

function ask(maximumAge: number): Promise<At | null> {
  if (!('geolocation' in navigator)) return Promise.resolve(null);
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        resolve({
          lat: coords.latitude,
          lon: coords.longitude,
          acc_m: coords.accuracy,
          time_ms: Math.round(timestamp),
        }),
      () => resolve(null),
      { enableHighAccuracy: true, maximumAge, timeout: PATIENCE_MS },
    );
  });
}
