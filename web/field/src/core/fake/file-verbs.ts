// Files of the fake core: bytes kept in memory, shown as blob addresses.

import { CoreError } from '../field-core.ts';
import type { Handlers } from './handlers.ts';
import { incidentOf } from './incident-verbs.ts';
import type { FakeFile, World } from './world.ts';

/** What `put_bytes` takes at most at once. */
const PIECE_BYTES = 512 * 1024;
const MEDIA_TYPE = /^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,60}$/;

export const fileVerbs: Handlers<
  'put_file' | 'put_bytes' | 'capture' | 'attach' | 'media' | 'export_bundle' | 'import_bundle'
> = {
  put_file: (world, { media_type }) => {
    if (!MEDIA_TYPE.test(media_type)) throw new CoreError('input', 'not a media type');
    const token = world.newId();
    world.spool.set(token, { media_type, bytes: new Uint8Array() });
    return { token };
  },
  put_bytes: (world, { token, base64 }) => {
    const file = begun(world, token);
    const piece = decoded(base64);
    if (piece.length > PIECE_BYTES) throw new CoreError('too_long', 'a piece has at most 512 KiB');
    const bytes = new Uint8Array(file.bytes.length + piece.length);
    bytes.set(file.bytes);
    bytes.set(piece, file.bytes.length);
    file.bytes = bytes;
    return { size: bytes.length };
  },
  capture: () => {
    throw new CoreError('unsupported', 'a browser has no camera of its own');
  },
  attach: (world, { incident, token, file }) => {
    const { page } = incidentOf(world, incident);
    const { bytes } = begun(world, token);
    const hash = world.newHash();
    world.files.set(hash, { media_type: file.media_type, bytes });
    world.spool.delete(token);
    page.files.push({
      hash,
      size: bytes.length,
      media_type: file.media_type,
      title: file.title ?? null,
      withdrawn: null,
      held: true,
      complete: false,
      lost: false,
    });
    page.whereabouts = 'here';
    world.changed();
    return hash;
  },
  media: (world, { hash }) => {
    const file = world.files.get(hash);
    return file ? { url: URL.createObjectURL(new Blob([file.bytes], { type: file.media_type })) } : null;
  },
  export_bundle: (world, { records }) => {
    const chosen = world.incidents.filter(({ page }) => records === undefined || records.includes(page.id));
    const text = new TextEncoder().encode(JSON.stringify(chosen));
    const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
    return { url, name: `tala-${world.clock()}.bundle`, size: text.length };
  },
  import_bundle: (world, { token }) => {
    const { bytes } = begun(world, token);
    if (bytes.length === 0) throw new CoreError('input', 'an empty file');
    return { taken: 3, known: 1, refused: 0 };
  },
};

function begun(world: World, token: string): FakeFile {
  const file = world.spool.get(token);
  if (file === undefined) throw new CoreError('unknown', `no file was begun as ${token}`);
  return file;
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    throw new CoreError('input', 'not base64');
  }
}
