/** Families of servers beside the native one: how their clients are made, and what stands in for their servers. */

import type { ChatSocketOptions } from '../../../src/client/options/options.js';
import type { Device } from '../device/device.js';
import type { Life } from '../device/life.js';
import type { Process } from '../device/lifetime.js';
import type { Invariant } from '../invariants/invariant.js';
import type { Plan } from '../plan/plan.js';
import type { Wire, WireServer } from '../world/wire.js';

export type FamilyName = 'streaming' | 'thread' | 'base';

export interface StreamingSetup {
  readonly name: 'streaming';
  /** What it takes the server at most to store a message. */
  readonly storeMs: number;
}

export interface ThreadSetup {
  readonly name: 'thread';
  readonly storeMs: number;
  /** The number before the first reply, for a thread that was there before; null where replies have no numbers. */
  readonly firstSequence: number | null;
  /** Many servers of this family never do. */
  readonly answersPings: boolean;
}

export interface BaseSetup {
  readonly name: 'base';
  readonly storeMs: number;
}

export type FamilySetup = StreamingSetup | ThreadSetup | BaseSetup;

/** What devices reach, whatever it is. */
export interface Host extends WireServer {
  readonly isUp: boolean;
  /** Ends one connection cleanly. */
  end(wire: Wire, code: number, reason?: string): void;
  /** The end of all its faults. */
  heal(): void;
}

export interface FamilyServer extends Host {
  /** What a client needs to speak to it. */
  clientOptions(device: Device, process: Process): Partial<ChatSocketOptions>;
  /** In words, what is not yet as it must be in the end; null if all is. */
  findDifference(life: Life, conversationId: string): string | null;
}

/** All that a run of a family takes beside its server. */
export interface Family {
  readonly drawPlan: (seed: number) => Plan;
  /** What strikes in it, by name. */
  readonly faults: readonly string[];
  readonly makeInvariants: () => readonly Invariant[];
  /** Within this, everything must have come right after the last fault. */
  readonly livenessMs: number;
}
