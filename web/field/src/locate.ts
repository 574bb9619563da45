// Where this phone is now: the recorder's last fix while it is fresh, else one question to the platform.

import type { At } from './core/field-core.ts';

const FRESH_MS = 30_000;
const PATIENCE_MS = 12_000;

/** A place with its accuracy and time, or null where none can be had. `last` is the recorder's. */
export function locate(last: At | null, nowMs: number): Promise<At | null> {
  if (last !== null && nowMs - last.time_ms <= FRESH_MS) return Promise.resolve(last);
  return ask().then((asked) => asked ?? last);
}

function ask(): Promise<At | null> {
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
      { enableHighAccuracy: true, maximumAge: FRESH_MS, timeout: PATIENCE_MS },
    );
  });
}
