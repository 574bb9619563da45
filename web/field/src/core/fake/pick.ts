// The fake core of a scene, ticking. Loaded by builds of mode "fake" alone.

import { FakeCore } from '../fake-core.ts';
import { sceneWorld } from './scenes.ts';

const TICK_MS = 1_000;

export function fakeCore(scene: string | null): FakeCore {
  const world = sceneWorld(scene ?? 'recording');
  setInterval(() => world.tick(), TICK_MS);
  return new FakeCore(world);
}
