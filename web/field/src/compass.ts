// One reading of the phone's compass, degrees from north, where it has one that says so.

const PATIENCE_MS = 2_000;

interface Oriented extends Event {
  alpha: number | null;
  absolute?: boolean;
  /** Safari's own, clockwise from magnetic north. */
  webkitCompassHeading?: number;
}

/** Null where there is no compass, it is not allowed, or nothing came in time. */
export async function readCompass(): Promise<number | null> {
  if (!(await allowed())) return null;
  return new Promise((resolve) => {
    const names = ['deviceorientationabsolute', 'deviceorientation'];
    const done = (heading: number | null) => {
      for (const name of names) removeEventListener(name, hear);
      clearTimeout(timer);
      resolve(heading);
    };
    const hear = (event: Event) => {
      const heading = headingOf(event as Oriented);
      if (heading !== null) done(heading);
    };
    const timer = setTimeout(() => done(null), PATIENCE_MS);
    for (const name of names) addEventListener(name, hear);
  });
}

/** `alpha` turns the other way round, and means north only where the event says that it is absolute. */
export function headingOf(event: {
  alpha: number | null;
  absolute?: boolean;
  webkitCompassHeading?: number;
}): number | null {
  if (typeof event.webkitCompassHeading === 'number') return event.webkitCompassHeading;
  if (event.absolute !== true || event.alpha === null) return null;
  return (360 - event.alpha) % 360;
}

async function allowed(): Promise<boolean> {
  if (!('DeviceOrientationEvent' in globalThis)) return false;
  const { requestPermission } = DeviceOrientationEvent as unknown as {
    requestPermission?: () => Promise<string>;
  };
  return requestPermission === undefined || (await requestPermission()) === 'granted';
}
