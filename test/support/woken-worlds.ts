/** Connections in the states that a wake may find them in. */

import { ConnectionWorld, type WorldTerms } from './connection-world.js';

export function openWorld(terms: WorldTerms = {}): ConnectionWorld {
  const world = new ConnectionWorld(terms);
  world.connect();
  for (let step = 0; step < 3; step += 1) world.succeed();
  world.runFor(5_000);
  return world;
}

/** Waits long for the next dial. */
export function waitingWorld(terms: WorldTerms = {}): ConnectionWorld {
  const world = new ConnectionWorld({ random: () => 0.9, ...terms });
  world.connect();
  for (let turn = 0; turn < 6; turn += 1) {
    world.succeed();
    world.closeSocket(1006);
    if (turn < 5) world.runToRetry();
  }
  return world;
}

/** Gives up after one retry. */
export function exhaustedWorld(): ConnectionWorld {
  const world = new ConnectionWorld({ policy: { attemptsMax: 1 } });
  world.connect();
  world.closeSocket(1006);
  world.runToRetry();
  world.closeSocket(1006);
  return world;
}
