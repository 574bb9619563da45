// Columns of the patrol table: what each shows as text and what it sorts by.

import { lengthText } from '@tala/shared/format/measure';
import { durationText, momentText } from '@tala/shared/format/time';
import { i18n, t, tCode } from '@tala/shared/i18n/i18n';
import { joinNames } from '@tala/shared/i18n/locales';
import type { MessageKey } from '@tala/shared/i18n/translate';
import type { Patrol } from '../api/types.ts';
import { clock } from './clock.svelte.ts';
import type { Desk } from './desk.svelte.ts';

export interface Column {
  id: string;
  head: MessageKey;
  numeric?: boolean;
  text(desk: Desk, patrol: Patrol): string;
  sortKey(desk: Desk, patrol: Patrol): string | number;
}

const moment = (at: string) => momentText(Date.parse(at), clock.now, clock.zone, i18n.locale);

function byText(id: string, head: MessageKey, text: Column['text']): Column {
  return { id, head, text, sortKey: text };
}

function byNumber(
  id: string,
  head: MessageKey,
  text: Column['text'],
  sortKey: (patrol: Patrol) => number,
): Column {
  return { id, head, numeric: true, text, sortKey: (_, patrol) => sortKey(patrol) };
}

function byTime(id: string, head: MessageKey, at: (patrol: Patrol) => string): Column {
  return {
    id,
    head,
    text: (_, patrol) => moment(at(patrol)),
    sortKey: (_, patrol) => Date.parse(at(patrol)),
  };
}

export const COLUMNS: Column[] = [
  byText('state', 'filter.state', (desk, one) =>
    desk.isOverdue(one) ? t('patrol.overdue') : tCode('patrol.state', one.state),
  ),
  byText('name', 'patrol.name', (_, one) => one.title ?? t('patrol.untitled')),
  byText('team', 'patrol.team', (_, one) =>
    joinNames(
      one.team.map((person) => person.name),
      i18n.locale,
    ),
  ),
  byText('unit', 'patrol.unit', (desk, one) => desk.unitName(one.unit)),
  byText('transport', 'patrol.transport', (_, one) => tCode('transport', one.transport)),
  byTime('started', 'patrol.started', (one) => one.started_at),
  byNumber(
    'duration',
    'patrol.duration',
    (_, one) => durationText(one.duration_s, i18n.locale),
    (one) => one.duration_s,
  ),
  byNumber(
    'distance',
    'patrol.distance',
    (_, one) => lengthText(one.distance_m),
    (one) => one.distance_m,
  ),
  byNumber(
    'gaps',
    'patrol.gaps',
    (_, one) => String(one.gaps),
    (one) => one.gaps,
  ),
  byTime('last', 'patrol.last_known', (one) => one.last_known_at),
];

/** Patrols in the order of a column; equal ones keep the server's order. */
export function sorted(desk: Desk, patrols: readonly Patrol[], id: string, down: boolean): Patrol[] {
  const column = COLUMNS.find((one) => one.id === id);
  if (!column) return [...patrols];
  const sign = down ? -1 : 1;
  return [...patrols].sort((a, b) => {
    const [x, y] = [column.sortKey(desk, a), column.sortKey(desk, b)];
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    return sign * String(x).localeCompare(String(y), i18n.locale);
  });
}
