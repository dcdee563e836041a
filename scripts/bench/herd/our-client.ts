/** A client of chatsocket in virtual time: the real connection machine with its default policy and seeded dice. */
import { seededRandom } from 'chatsocket/testing';
import { resolveOptions } from '../../../src/client/options/resolve-options.js';
import type { ConnectionCommand } from '../../../src/core/connection/command.js';
import { ConnectionWorld } from '../../../test/support/connection-world.js';
import { type Comeback, STEP_MS } from './comeback.js';
import type { Outage } from './outage.js';

/** Longer than a connection must last to count as stable. */
const CALM_MS = 11_000;

/** Whoever is not back by then never will be. */
const PATIENCE_MS = 1_200_000;

export const DEFAULT_POLICY = resolveOptions({ url: 'ws://localhost/' }).policy;

/** Lets a client live through the outage. Throws if it does not come back, or breaks a rule of the machine. */
export function comeBack(outage: Outage, seed: number): Comeback {
  return new OurClient(outage, seed).live();
}

class OurClient {
  readonly #outage: Outage;
  readonly #world: ConnectionWorld;
  /** When this device can reach the server again. */
  readonly #reachableAtMs: number;
  readonly #signAtMs: number | null;
  readonly #dialsAtMs: number[] = [];
  #beganAtMs = Number.POSITIVE_INFINITY;
  #lostAtMs: number | null = null;
  #openAtMs: number | null = null;
  #takenAtMs: number | null = null;

  constructor(outage: Outage, seed: number) {
    const random = seededRandom(seed);
    const { sign, backAtMs } = outage;
    this.#outage = outage;
    this.#signAtMs = sign === null ? null : backAtMs + random() * sign.withinMs;
    // Without a network nobody reaches a server that has been there all the time.
    this.#reachableAtMs = sign?.type === 'went-online' ? (this.#signAtMs ?? backAtMs) : backAtMs;
    this.#world = new ConnectionWorld({ policy: DEFAULT_POLICY, random, peer: (command) => this.#answer(command) });
  }

  live(): Comeback {
    const { hintMs, endsAtMs, backAtMs, code, sign } = this.#outage;
    const world = this.#world;
    world.connect();
    world.runFor(CALM_MS);
    this.#beganAtMs = world.nowMs;
    if (sign !== null && this.#signAtMs !== null) world.after(this.#signAtMs, () => this.#notice(sign.type));
    if (hintMs !== null) world.dispatch({ type: 'pause-hinted', dialId: world.dialId, retryAfterMs: hintMs });
    const { dialId } = world;
    world.after(endsAtMs, () => {
      world.isOnline = sign?.type !== 'went-online';
      world.closeSocket(code, {}, dialId);
    });
    world.runFor(Math.max(endsAtMs, backAtMs));
    while (world.state.status !== 'open' && this.#ageMs < PATIENCE_MS) world.runFor(1_000);
    return this.#tell();
  }

  get #ageMs(): number {
    return this.#world.nowMs - this.#beganAtMs;
  }

  #tell(): Comeback {
    const { state, broken } = this.#world;
    if (state.status !== 'open') throw new Error(`A client is ${state.status} long after ${this.#outage.name}.`);
    if (broken.length > 0) throw new Error(`A client broke a rule during ${this.#outage.name}: ${broken[0]}.`);
    const fromMs = Math.max(this.#lostAtMs ?? 0, this.#reachableAtMs);
    return {
      dialsAtMs: this.#dialsAtMs,
      takenAtMs: this.#takenAtMs,
      recoveryMs: this.#openAtMs === null ? 0 : this.#openAtMs - fromMs,
    };
  }

  #notice(type: 'went-online' | 'woken'): void {
    this.#world.isOnline = true;
    this.#world.dispatch({ type });
  }

  #answer(command: ConnectionCommand): void {
    this.#watchStatus();
    const world = this.#world;
    if (command.type === 'send-ping') world.after(STEP_MS, () => world.hear(true));
    if (command.type === 'fetch-token') {
      world.after(STEP_MS, () => {
        world.tokenCalls.delete(command.dialId);
        world.dispatch({ type: 'token-arrived', dialId: command.dialId });
      });
    }
    if (command.type === 'dial') this.#dial(command.dialId);
  }

  #dial(dialId: number): void {
    const world = this.#world;
    const atMs = this.#ageMs;
    const isAway = atMs >= this.#outage.endsAtMs && atMs < this.#reachableAtMs;
    if (atMs >= 0) this.#dialsAtMs.push(atMs);
    if (isAway) {
      world.after(STEP_MS, () => world.closeSocket(1006, { wasClean: false }, dialId));
      return;
    }
    if (atMs >= 0) this.#takenAtMs = atMs;
    world.after(STEP_MS, () => {
      world.sockets.set(dialId, 'open');
      world.heardAtMs = world.nowMs;
      world.dispatch({ type: 'socket-opened', dialId });
    });
    world.after(2 * STEP_MS, () => {
      world.dispatch({ type: 'joined', dialId, recovered: 'full', canRenewInBand: true, expiresInMs: null });
    });
  }

  /** Every change of the status comes with a command. */
  #watchStatus(): void {
    const atMs = this.#ageMs;
    const isOpen = this.#world.state.status === 'open';
    if (atMs < 0 || (this.#lostAtMs === null && isOpen)) return;
    this.#lostAtMs ??= atMs;
    if (isOpen) this.#openAtMs ??= atMs;
  }
}
