// The first thing that is read: the worker is on its way before the pages are.

import { startWorker } from './core/core-worker.ts';
import type { ShellWindow } from './core/native-core.ts';

// A shell brings its own core, and the core in memory is none of a worker.
if (import.meta.env.MODE !== 'fake' && (window as ShellWindow).tala === undefined) startWorker();
void import('./main.ts');
