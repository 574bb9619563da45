// Says by ear and hand that something happened: two rising tones for "saved", three low ones for "look at me".
// A glove hides the screen and the wind hides a tone, so every signal is both heard and felt.

export type Signal = 'saved' | 'sos_sent' | 'sos_acknowledged' | 'warning' | 'refused';

interface Shape {
  /** Tones one after the other: Hz and ms. */
  tones: readonly [number, number][];
  /** Vibration and rest in turn, ms. */
  pulses: readonly number[];
}

const SIGNALS: Record<Signal, Shape> = {
  saved: {
    tones: [
      [660, 90],
      [990, 140],
    ],
    pulses: [60],
  },
  sos_sent: {
    tones: [
      [880, 160],
      [880, 160],
      [880, 160],
    ],
    pulses: [200, 100, 200, 100, 200],
  },
  sos_acknowledged: {
    tones: [
      [660, 120],
      [880, 120],
      [1320, 260],
    ],
    pulses: [400, 120, 400],
  },
  warning: {
    tones: [
      [440, 200],
      [440, 200],
    ],
    pulses: [150, 100, 150],
  },
  refused: { tones: [[330, 260]], pulses: [260] },
};
const REST_S = 0.04;
const LOUDNESS = 0.25;

let context: AudioContext | null = null;
let silent = false;

/** The officer's choice (settings). Vibration stays. */
export function setSilent(value: boolean): void {
  silent = value;
}

/** Plays a signal. Never fails: a phone without sound still shows the word. */
export function signal(kind: Signal): void {
  const shape = SIGNALS[kind];
  // A browser lets a page vibrate only once it has been touched.
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.([...shape.pulses]);
  if (silent) return;
  try {
    context ??= new AudioContext();
    void context.resume();
    play(context, shape.tones);
  } catch {
    // No sound device, or none yet allowed: the vibration and the slip remain.
  }
}

function play(audio: AudioContext, tones: Shape['tones']): void {
  let at = audio.currentTime;
  for (const [frequency, lengthMs] of tones) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const end = at + lengthMs / 1000;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(LOUDNESS, at);
    volume.gain.setTargetAtTime(0, end - 0.03, 0.01);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(end);
    at = end + REST_S;
  }
}
