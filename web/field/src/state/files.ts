// Hands a file to the core in pieces, as every shell can take them.

import type { Answer, Ask, Verb } from '../core/field-core.ts';

/** What `put_bytes` takes at most at once. */
export const PIECE_BYTES = 512 * 1024;

export type Call = <V extends Verb>(message: Ask<V>) => Promise<Answer<V>>;

/** Puts all bytes and answers the token by which the file is attached. Durable when it resolves. */
export async function putFile(call: Call, file: Blob, mediaType: string): Promise<string> {
  const { token } = await call<'put_file'>({ do: 'put_file', media_type: mediaType });
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const base64 = await pieceText(file.slice(at, at + PIECE_BYTES));
    await call<'put_bytes'>({ do: 'put_bytes', token, base64 });
  }
  return token;
}

const STEP = 0x8000;

/** A piece as base64. */
export async function pieceText(piece: Blob): Promise<string> {
  const bytes = new Uint8Array(await piece.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += STEP) {
    text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  }
  return btoa(text);
}
