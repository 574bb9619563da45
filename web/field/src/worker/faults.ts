// Whatever was thrown, as the error that pages know.

import { CoreError, type ErrorCode } from '../core/field-core.ts';

/** Words by which the module and this worker name an error; any other becomes `failed`. */
const KNOWN = new Set<string>([
  ...[
    'input',
    'unknown',
    'broken',
    'no_conflict',
    'sync',
    'store',
    'not_enrolled',
    'no_patrol',
    'patrol_open',
  ],
  ...[
    'paused',
    'feed_closed',
    'fix',
    'document',
    'file',
    'damaged',
    'unread',
    'too_long',
    'locked',
    'wrong_pin',
  ],
  ...['other_window', 'already_enrolled', 'code', 'offline', 'centre', 'busy', 'unproved', 'full'],
  ...['no_permission', 'unsupported', 'cancelled', 'failed'],
]);

export function coreError(thrown: unknown): CoreError {
  if (thrown instanceof CoreError) return thrown;
  // The module ended: a panic, or no memory. What is stored is sound.
  if (thrown instanceof WebAssembly.RuntimeError) return new CoreError('broken', thrown.message);
  const code = thrown instanceof Error ? (thrown as Error & { code?: unknown }).code : undefined;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CoreError(isKnown(code) ? code : 'failed', message);
}

function isKnown(code: unknown): code is ErrorCode {
  return typeof code === 'string' && KNOWN.has(code);
}
