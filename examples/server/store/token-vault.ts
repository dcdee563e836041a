/** Where the connection tokens that were issued wait for their one use. */

export interface TokenGrant {
  readonly userId: string;
  readonly userName: string;
  /** The session behind the token; the connection lives no longer. */
  readonly sessionExpiresAtMs: number;
  /** The page that asked; null for a program that sent no origin. A token must not travel to another page. */
  readonly origin: string | null;
}

export interface TokenVault {
  /** Keeps the grant for its lifetime, under the hash of its token. */
  put(hash: string, grant: TokenGrant, lifetimeMs: number): Promise<void>;
  /** Gives the grant to exactly one caller. */
  take(hash: string): Promise<TokenGrant | null>;
  /** Forgets what a user has not used yet. */
  revoke(userId: string): Promise<void>;
}

export interface MemoryTokenVaultOptions {
  readonly now: () => number;
  /** The oldest give way. */
  readonly sizeMax: number;
}

export class MemoryTokenVault implements TokenVault {
  readonly #options: MemoryTokenVaultOptions;
  /** Oldest first. */
  readonly #kept = new Map<string, { readonly grant: TokenGrant; readonly expiresAtMs: number }>();

  constructor(options: MemoryTokenVaultOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#kept.size;
  }

  async put(hash: string, grant: TokenGrant, lifetimeMs: number): Promise<void> {
    const nowMs = this.#options.now();
    for (const [oldest, { expiresAtMs }] of this.#kept) {
      if (expiresAtMs > nowMs && this.#kept.size < this.#options.sizeMax) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(hash, { grant, expiresAtMs: nowMs + lifetimeMs });
  }

  async take(hash: string): Promise<TokenGrant | null> {
    const found = this.#kept.get(hash);
    // Gone before anything else is decided: whoever comes second finds nothing.
    this.#kept.delete(hash);
    return found !== undefined && found.expiresAtMs > this.#options.now() ? found.grant : null;
  }

  async revoke(userId: string): Promise<void> {
    for (const [hash, { grant }] of this.#kept) {
      if (grant.userId === userId) this.#kept.delete(hash);
    }
  }
}
