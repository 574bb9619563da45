// Camera and microphone of a browser: the platform's own picker for a photo, MediaRecorder for a voice note.

import { CoreError } from './field-core.ts';

export interface Captured {
  token: string;
  media_type: string;
}

/** Longest voice note, ms: it ends by itself. */
const VOICE_MAX_MS = 60_000;

/** A photo or a voice note; `cancelled` where the officer went back. */
export function captureFile(what: 'photo' | 'voice'): Promise<Blob> {
  return what === 'photo' ? takePhoto() : recordVoice();
}

function takePhoto(): Promise<Blob> {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = 'image/*';
  input.setAttribute('capture', 'environment');
  return new Promise((resolve, reject) => {
    input.onchange = () => {
      const file = input.files?.[0];
      if (file === undefined) reject(new CoreError('cancelled', 'no photo was taken'));
      else resolve(file);
    };
    input.oncancel = () => reject(new CoreError('cancelled', 'no photo was taken'));
    input.click();
  });
}

/** Until a minute is over, or until {@link endVoice}. */
async function recordVoice(): Promise<Blob> {
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
  if (!stream) throw new CoreError('no_permission', 'the microphone cannot be used');
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const ended = new Promise<void>((resolve) => {
    recorder.onstop = () => resolve();
  });
  recorder.start();
  current = recorder;
  const timer = setTimeout(endVoice, VOICE_MAX_MS);
  await ended;
  clearTimeout(timer);
  current = null;
  for (const track of stream.getTracks()) track.stop();
  return new Blob(pieces, { type: recorder.mimeType.split(';')[0] ?? 'audio/webm' });
}

let current: MediaRecorder | null = null;

/** Ends a voice note that is being recorded. */
export function endVoice(): void {
  if (current?.state === 'recording') current.stop();
}
