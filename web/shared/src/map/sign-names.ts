// Names of the sign images. A name says everything that is needed to draw it (signs.ts), so images are made on demand.

import type { AgeBucket, PositionBadge } from './age.ts';
import { TRANSPORTS, ZONE_KINDS } from './palette.ts';

export type SignName =
  | { kind: 'incident'; icon: string; severity: string }
  | { kind: 'position'; transport: string; bucket: AgeBucket; badge: PositionBadge }
  | { kind: 'hatch'; zone: string }
  | { kind: 'alert' }
  | { kind: 'group'; worst: string }
  | { kind: 'tick'; transport: string };

export function incidentImage(icon: string, severity: string): string {
  return `incident:${icon}:${severity}`;
}

export function positionImage(transport: string, bucket: AgeBucket, badge: PositionBadge): string {
  return `position:${transport}:${bucket}:${badge}`;
}

/** Signs that layers name by themselves. */
export function fixedSigns(): string[] {
  const hatches = ZONE_KINDS.map((kind) => `hatch:${kind}`);
  const groups = ['low', 'medium', 'high', 'emergency', 'plain', 'overdue'].map((worst) => `group:${worst}`);
  return ['alert', ...groups, ...hatches, ...TRANSPORTS.map((transport) => `tick:${transport}`)];
}

export function parseSign(name: string): SignName | null {
  const [kind, a = '', b = '', c = ''] = name.split(':');
  if (kind === 'incident') return { kind, icon: a, severity: b };
  if (kind === 'position') {
    return { kind, transport: a, bucket: b as AgeBucket, badge: c as PositionBadge };
  }
  if (kind === 'alert') return { kind };
  if (kind === 'group') return { kind, worst: a };
  if (kind === 'hatch') return { kind, zone: a };
  if (kind === 'tick') return { kind, transport: a };
  return null;
}
