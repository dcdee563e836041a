/** Which fault struck in which state of a connection, and how often. */

import type { ConnectionSnapshot } from '../../../src/client/chat-snapshot.js';
import type { Device } from '../device/device.js';
import { familyFaults } from '../families/deeds.js';
import { faults } from '../plan/plan.js';
import type { World } from '../world/world.js';

export const STATES = [
  'closed',
  'waiting',
  'authorizing',
  'dialing',
  'joining',
  'open',
  'handover',
  'closing',
] as const;

export class Coverage {
  readonly #cells = new Map<string, number>();

  get cells(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#cells);
  }

  note(kind: string, world: World, device: Device): void {
    if (faults[kind] === undefined && familyFaults[kind] === undefined) return;
    // What the server does to everybody strikes every device in its own state.
    const struck = isOfServer(kind) ? world.devices : [device];
    for (const { life } of struck) {
      if (life === null) continue;
      const { connection } = life.client.snapshot;
      const cell = `${kind}|${stateOf(connection)}`;
      this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + 1);
    }
  }
}

function stateOf(connection: ConnectionSnapshot): (typeof STATES)[number] {
  if (connection.status === 'connecting') return connection.phase;
  return connection.status === 'open' && connection.handover ? 'handover' : connection.status;
}

const OF_SERVER =
  /^(announce|restart|crash|slow-store|fear-poison|refuse-send|reject-send|refuse-join|refuse-page|server-posts)/;

function isOfServer(kind: string): boolean {
  return OF_SERVER.test(kind);
}
