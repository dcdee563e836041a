/** Ends connections whose session is over, and warns them ahead. */

interface Lease {
  expiresAtMs: number;
  isWarned: boolean;
}

export interface SessionClockOptions {
  readonly warnBeforeMs: number;
  readonly onNear: (connectionId: string, expiresInMs: number) => void;
  readonly onExpired: (connectionId: string) => void;
}

export class SessionClock {
  readonly #options: SessionClockOptions;
  readonly #leases = new Map<string, Lease>();

  constructor(options: SessionClockOptions) {
    this.#options = options;
  }

  /** Begins a lease or, with a later end, renews it. */
  set(connectionId: string, expiresAtMs: number): void {
    this.#leases.set(connectionId, { expiresAtMs, isWarned: false });
  }

  forget(connectionId: string): void {
    this.#leases.delete(connectionId);
  }

  check(nowMs: number): void {
    for (const [connectionId, lease] of this.#leases) {
      const leftMs = lease.expiresAtMs - nowMs;
      if (leftMs <= 0) {
        this.#leases.delete(connectionId);
        this.#options.onExpired(connectionId);
      } else if (leftMs <= this.#options.warnBeforeMs && !lease.isWarned) {
        lease.isWarned = true;
        this.#options.onNear(connectionId, leftMs);
      }
    }
  }
}
