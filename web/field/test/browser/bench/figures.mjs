// Small arithmetic of measured figures.

/** The value below which `share` of them lie; the nearest rank. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

export const median = (values) => quantile(values, 0.5);

export const round = (value, digits = 1) => Number(value.toFixed(digits));

export const mib = (bytes) => round(bytes / 1024 / 1024);

/** `count` places of a day on horseback, a second apart, the last of them now: a loop that never leaves the banner. */
export function dayOfPlaces(count, endMs) {
  const start = endMs - count * 1000;
  const ride = [];
  let [lat, lon] = [43.95, 116.07];
  for (let n = 0; n < count; n += 1) {
    const heading = (n / count) * 2 * Math.PI + Math.sin(n / 240) + 0.4 * Math.sin(n / 31);
    lat += 0.000_021 * Math.cos(heading);
    lon += 0.000_029 * Math.sin(heading);
    ride.push({ lat: round(lat, 7), lon: round(lon, 7), ms: start + n * 1000 });
  }
  return ride;
}
