// Colours of the map, read from the tokens in force. Called again when the theme changes.

export const TRANSPORTS = ['horse', 'motorcycle', 'foot', 'vehicle', 'newer'] as const;
export const ZONE_KINDS = ['grazing_ban', 'core_reserve', 'mine', 'pasture', 'border_belt'] as const;

export type Palette = (token: string) => string;

export function readPalette(root: Element = document.documentElement): Palette {
  const style = getComputedStyle(root);
  return (token) => style.getPropertyValue(`--${token}`).trim();
}

export function transportToken(transport: string): string {
  return `transport-${TRANSPORTS.find((known) => known === transport) ?? 'newer'}`;
}

export function zoneToken(kind: string): string {
  return `zone-${ZONE_KINDS.find((known) => known === kind) ?? 'pasture'}`;
}
