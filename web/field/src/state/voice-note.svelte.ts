// A voice note that is stored while it is spoken: what was said before a kill is kept and can be attached.

import type { Call } from './files.ts';
import { PIECE_BYTES, pieceText } from './files.ts';

export interface VoiceDraft {
  incident: string;
  token: string;
  media_type: string;
  started_ms: number;
}

const SLICE_MS = 2_000;
/** Longer notes are several notes. */
export const LONGEST_MS = 5 * 60_000;
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export const voiceKey = (incident: string): string => `voice:${incident}`;

export class VoiceNote {
  state = $state<'idle' | 'recording' | 'storing'>('idle');
  startedMs = $state(0);
  private recorder: MediaRecorder | null = null;
  private stream: MediaStream | null = null;
  private draft: VoiceDraft | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly call: Call,
    private readonly incident: string,
  ) {}

  async start(): Promise<void> {
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const media_type = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? '';
    const recorder = new MediaRecorder(this.stream, media_type === '' ? {} : { mimeType: media_type });
    const plain = recorder.mimeType.split(';')[0] || 'audio/webm';
    const { token } = await this.call<'put_file'>({ do: 'put_file', media_type: plain });
    this.draft = { incident: this.incident, token, media_type: plain, started_ms: Date.now() };
    await this.call<'save_draft'>({ do: 'save_draft', key: voiceKey(this.incident), value: this.draft });
    recorder.ondataavailable = ({ data }) => {
      this.writing = this.writing.then(() => this.write(token, data));
    };
    recorder.start(SLICE_MS);
    this.recorder = recorder;
    this.startedMs = Date.now();
    this.state = 'recording';
  }

  /** Ends the note and attaches it. */
  async stop(): Promise<void> {
    if (this.recorder === null || this.draft === null) return;
    this.state = 'storing';
    const recorder = this.recorder;
    await new Promise<void>((resolve) => {
      recorder.onstop = () => resolve();
      recorder.stop();
    });
    this.release();
    await this.writing;
    await attachVoice(this.call, this.draft);
    this.draft = null;
    this.state = 'idle';
  }

  /** The page is left: what was said stays in the draft. */
  release(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  private async write(token: string, data: Blob): Promise<void> {
    for (let at = 0; at < data.size; at += PIECE_BYTES) {
      const base64 = await pieceText(data.slice(at, at + PIECE_BYTES));
      await this.call<'put_bytes'>({ do: 'put_bytes', token, base64 });
    }
  }
}

/** Attaches a note that this page or an earlier run recorded. */
export async function attachVoice(call: Call, draft: VoiceDraft): Promise<void> {
  const { incident, token, media_type, started_ms } = draft;
  await call<'attach'>({ do: 'attach', incident, token, file: { media_type, taken_ms: started_ms } });
  await call<'drop_draft'>({ do: 'drop_draft', key: voiceKey(incident) });
}
