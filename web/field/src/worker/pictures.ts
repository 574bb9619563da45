// Small pictures, made by the browser: the core's own decoder stays out of the module.

const EDGE_PX = 320;
/** A thumbnail is one chunk. */
const BYTES_MAX = 64 * 1024;
const QUALITIES = [0.72, 0.5, 0.3, 0.15];

/** A JPEG of at most 320 pixels; none where the bytes are no picture that this browser reads. */
export async function smallPicture(
  bytes: Uint8Array<ArrayBuffer>,
  mediaType: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!mediaType.startsWith('image/')) return undefined;
  const picture = await createImageBitmap(new Blob([bytes], { type: mediaType })).catch(() => null);
  if (picture === null) return undefined;
  const scale = Math.min(1, EDGE_PX / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
  picture.close();
  for (const quality of QUALITIES) {
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    if (blob.size <= BYTES_MAX) return new Uint8Array(await blob.arrayBuffer());
  }
  return undefined;
}
