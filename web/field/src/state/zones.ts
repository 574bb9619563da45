// What a zone is called: its kind, and its own name where it has one.

import { i18n } from '@tala/shared/i18n/i18n';
import type { Labels } from '../core/field-core.ts';
import { tCode } from '../words/words.ts';

export function zoneName(zone: { kind: string; labels: Labels }): string {
  const kind = tCode('zone', zone.kind);
  const name = i18n.name(zone.labels);
  return name === '' || name === kind ? kind : `${kind} ${name}`;
}
