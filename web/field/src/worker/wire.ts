// What page and worker say to each other. Bytes travel as they are, not as base64.

import type { CoreEvent, ErrorCode, Opened, RecorderState, Verb } from '../core/field-core.ts';

/** A verb with its arguments, as any page may send it. */
export type AnyAsk = { do: Verb } & Record<string, unknown>;

/** Page to worker. */
export type ToWorker =
  | { id: number; ask: AnyAsk }
  /** Bytes of a begun file, without a detour through text. */
  | { id: number; put: { token: string; bytes: Uint8Array<ArrayBuffer> } }
  /** What only a page can see. */
  | { note: { battery_pct?: number | null; online?: boolean } };

/** Worker to page. */
export type ToPage =
  | { id: number; ok: unknown }
  | { id: number; error: { code: ErrorCode; message: string } }
  | { event: CoreEvent };

/** What the worker answers to `media` and `export_bundle`: the page makes the address. */
export interface FileBytes {
  media_type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Verbs that the page answers by itself. */
export type PageVerb = 'capture' | 'set_recorder' | 'recorder' | 'device';

export type { Opened, RecorderState };
