/** Servers that make a careless client dial without end. Each step of theirs takes a millisecond. */

import { EVENTS } from './connection-states.js';
import type { ConnectionWorld, Peer } from './connection-world.js';

export const HOSTILE_PEERS: readonly (readonly [what: string, peer: Peer])[] = [
  ['refuses at once', refuses],
  ['accepts and drops', drops(0)],
  ['accepts and drops after the stable time', drops(10_000)],
  ['warns of the token in every hello', warns],
  ['asks back in a millisecond, and drops', hurries],
  ['takes no token, one time in two', rejects],
];

export function refuses(command: Parameters<Peer>[0], world: ConnectionWorld): void {
  if (command.type === 'fetch-token') world.after(1, () => world.succeed());
  if (command.type === 'dial') world.after(1, () => world.closeSocket(1006));
}

function drops(ageMs: number): Peer {
  return (command, world) => {
    open(command, world);
    if (command.type === 'dial') world.after(3 + ageMs, () => world.closeSocket(1000));
  };
}

/** Opens, takes no token in band, and says at once that the token will not last. */
function warns(command: Parameters<Peer>[0], world: ConnectionWorld): void {
  if (command.type === 'fetch-token') world.after(1, () => world.succeed());
  if (command.type !== 'dial') return;
  const { dialId } = command;
  world.after(1, () => world.succeed());
  world.after(2, () => {
    world.dispatch({ ...EVENTS.joined, dialId, canRenewInBand: false });
    world.dispatch({ ...EVENTS['token expiring'], dialId });
  });
}

function hurries(command: Parameters<Peer>[0], world: ConnectionWorld): void {
  open(command, world);
  if (command.type !== 'dial') return;
  const { dialId } = command;
  world.after(3, () => {
    world.dispatch({ type: 'pause-hinted', dialId, retryAfterMs: 1 });
    world.closeSocket(1012, {}, dialId);
  });
}

/** Every other token is good for a moment, so that no two in a row are refused. */
function rejects(command: Parameters<Peer>[0], world: ConnectionWorld): void {
  open(command, world);
  if (command.type === 'dial') world.after(3, () => world.closeSocket(command.dialId % 2 === 0 ? 4401 : 1000));
}

function open(command: Parameters<Peer>[0], world: ConnectionWorld): void {
  if (command.type === 'fetch-token') world.after(1, () => world.succeed());
  if (command.type !== 'dial') return;
  world.after(1, () => world.succeed());
  world.after(2, () => world.succeed());
}
