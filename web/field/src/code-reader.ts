// Reads a QR code from a picture by the browser's own detector, where it has one.

/** The text of the first code in the picture, or null. */
export type CodeReader = (picture: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(picture: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Null where this browser cannot: the code is pasted then. */
export async function codeReader(): Promise<CodeReader | null> {
  const { BarcodeDetector: Class } = globalThis as { BarcodeDetector?: DetectorClass };
  if (Class === undefined || !navigator.mediaDevices) return null;
  try {
    if (!(await Class.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new Class({ formats: ['qr_code'] });
    return async (picture) => (await detector.detect(picture))[0]?.rawValue ?? null;
  } catch {
    return null;
  }
}
