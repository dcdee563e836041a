/** How the clients of one namespace notice each other: a Web Lock each, and a channel for “look into the database”. */

import type { Clock } from '../ports/clock.js';
import { withinDeadline } from './deadline.js';

/** The part of `navigator.locks` that is needed. */
export type Locks = Pick<LockManager, 'request'>;
export type ChannelClass = new (name: string) => BroadcastChannel;

export interface PresenceRequest {
  /** Of the database and the namespace. */
  readonly name: string;
  readonly owner: string;
  readonly locks: Locks | null;
  readonly channelClass: ChannelClass | null;
  readonly clock: Clock;
  /** Something changed in the database. */
  readonly onChanged: () => void;
  /** This owner is gone for good. Nobody else is told so until the promise has settled. */
  readonly onEnded: (owner: string) => Promise<void>;
}

export class Presence {
  readonly #request: PresenceRequest;
  readonly #awaited = new Set<string>();
  readonly #waiting = new AbortController();
  #channel: BroadcastChannel | null = null;
  #release: () => void = () => undefined;
  #isLocked = false;

  constructor(request: PresenceRequest) {
    this.#request = request;
  }

  /** While this is true, the end of this page ends the lock, and nobody takes this client for dead before. */
  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** True where others tell of what they do: nobody has to look by the clock. */
  get isTold(): boolean {
    return this.#isLocked && this.#channel !== null;
  }

  async arrive(): Promise<void> {
    const { channelClass, clock, name, onChanged } = this.#request;
    // Pages that a browser prepares ahead of a visit get no answer before it; a lease does meanwhile.
    this.#isLocked = await withinDeadline(this.#hold(), clock, 'The lock').catch(() => false);
    if (channelClass === null) return;
    this.#channel = new channelClass(name);
    this.#channel.onmessage = onChanged;
  }

  /** Tells the others that the database has changed. */
  announce(): void {
    this.#channel?.postMessage(null);
  }

  /** Has `onEnded` called at the end of that client, whenever that is. Asking twice is harmless. */
  awaitEnd(owner: string): void {
    const { locks, onEnded } = this.#request;
    if (locks === null || this.#awaited.has(owner)) return;
    this.#awaited.add(owner);
    const forget = () => void this.#awaited.delete(owner);
    // Refused where this client leaves first: then there is nobody to tell.
    locks.request(this.#lockOf(owner), { signal: this.#waiting.signal }, () => onEnded(owner)).then(forget, forget);
  }

  stopWaiting(): void {
    this.#waiting.abort();
    if (this.#channel !== null) this.#channel.onmessage = null;
  }

  /** Others may take over from here on. */
  leave(): void {
    this.stopWaiting();
    this.#isLocked = false;
    this.#release();
    this.#channel?.close();
    this.#channel = null;
  }

  #lockOf(owner: string): string {
    return `${this.#request.name}:${owner}`;
  }

  /** False where the platform has no locks, or has them and refuses to lend one. */
  #hold(): Promise<boolean> {
    const { locks, owner } = this.#request;
    if (locks === null) return Promise.resolve(false);
    return new Promise((resolve) => {
      const released = new Promise<void>((release) => {
        this.#release = release;
      });
      const hold = () => {
        resolve(true);
        return released;
      };
      const refuse = () => resolve(false);
      locks.request(this.#lockOf(owner), hold).then(refuse, refuse);
    });
  }
}
