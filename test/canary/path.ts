/** One way for something to go wrong. */
import type { Scene, SceneOptions } from './scene.js';

export interface Path {
  readonly what: string;
  readonly client?: SceneOptions['client'];
  readonly server?: SceneOptions['server'];
  /** Another protocol that puts the token where this one does. */
  readonly adapt?: SceneOptions['adapt'];
  /** Before the client is told to connect. */
  readonly before?: (scene: Scene) => unknown;
  /** Once it has tried. */
  readonly happen?: (scene: Scene) => unknown;
}

/** A function that quotes its secrets in what it throws. */
export function throwing(error: () => unknown): () => never {
  return () => {
    throw error();
  };
}
