// What a group on the map is called, in the reader's language.

import { t, tCode } from '@tala/shared/i18n/i18n';
import { OVERDUE_ORDER, SEVERITY_ORDER } from './geojson.ts';
import type { GroupWords } from './group-buttons.ts';

export const groupWords: GroupWords = {
  label: () => t('map.groups'),
  name: ({ source, count, worst }) => {
    if (source === 'incidents') {
      return t('map.group.incidents', { n: count, worst: tCode('severity', SEVERITY_ORDER[worst] ?? null) });
    }
    return t(worst >= OVERDUE_ORDER ? 'map.group.positions_overdue' : 'map.group.positions', { n: count });
  },
};
