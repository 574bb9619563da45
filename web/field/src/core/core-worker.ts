// The worker of a browser. It may be started before the pages are read, so that it compiles the core meanwhile.

let ahead: Worker | null = null;

/** Starts it ahead of time. */
export function startWorker(): void {
  ahead = made();
  // Nobody listens yet: whoever takes it then makes another, and hears what is wrong with that.
  ahead.onerror = () => {
    ahead = null;
  };
}

/** The one that was started ahead, else a new one. */
export function takeWorker(): Worker {
  const worker = ahead ?? made();
  ahead = null;
  return worker;
}

function made(): Worker {
  return new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
}
