// Small expressions of the map's style language.

/** One value for each known word of a property, and one for any other. */
export function match(
  property: string,
  known: readonly string[],
  value: (one: string) => string,
  otherwise: string,
): unknown[] {
  return ['match', ['get', property], ...known.flatMap((one) => [one, value(one)]), otherwise];
}
