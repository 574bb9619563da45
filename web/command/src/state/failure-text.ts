// Why a request failed, in a few words for the middle of a sentence.

import { t } from '@tala/shared/i18n/i18n';
import type { FailureKind } from '../api/error.ts';

export function failureText(kind: FailureKind): string {
  switch (kind) {
    case 'offline':
    case 'forbidden':
    case 'conflict':
    case 'invalid':
    case 'too_many':
      return t(`error.${kind}`);
    case 'missing':
      return t('error.missing');
    case 'unauthorized':
      return t('error.unauthorized');
    case 'server':
      return t('error.server');
  }
}
