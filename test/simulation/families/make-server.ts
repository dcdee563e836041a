import type { World } from '../world/world.js';
import { BaseServer } from './base/server.js';
import type { FamilyServer } from './family.js';
import { StreamingServer } from './streaming/server.js';
import { ThreadServer } from './thread/server.js';

/** Null where the server is the native one. */
export function makeFamilyServer(world: World): FamilyServer | null {
  const { family } = world.setup;
  if (family === undefined) return null;
  switch (family.name) {
    case 'streaming':
      return new StreamingServer(world, family);
    case 'base':
      return new BaseServer(world, family);
    case 'thread':
      return new ThreadServer(world, family);
  }
}
