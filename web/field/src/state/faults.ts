// What went wrong, in words: what is safe and what to do next. Never a code alone.

import { CoreError, type ErrorCode } from '../core/field-core.ts';
import { isFieldKey, t } from '../words/words.ts';

/** Anything thrown, as the one error that pages know. */
export function asCoreError(error: unknown): CoreError {
  if (error instanceof CoreError) return error;
  const code = codeOf(error);
  return new CoreError(code ?? 'failed', error instanceof Error ? error.message : String(error));
}

/** The sentence for an error; an unknown word is treated as `failed`. */
export function faultText(error: unknown): string {
  const key = `fault.${asCoreError(error).code}`;
  return t(isFieldKey(key) ? key : 'fault.failed');
}

/** An error that crossed a bridge has lost its class and kept its `code`. */
function codeOf(error: unknown): ErrorCode | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? (error.code as ErrorCode) : null;
}
