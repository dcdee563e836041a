/** What a token opens: a connection, or more time on one. */

import type { TokenRequest } from '../engine/turn.js';
import type { SharedStore } from '../store/shared-store.js';
import type { TokenGrant } from '../store/token-vault.js';
import type { ConnectionTokens } from './connection-tokens.js';

export class TokenDesk {
  readonly #tokens: ConnectionTokens;
  readonly #shared: SharedStore | null;
  /** How many more tokens of a user are refused on purpose. */
  readonly #refusals = new Map<string, number>();

  constructor(tokens: ConnectionTokens, shared: SharedStore | null) {
    this.#tokens = tokens;
    this.#shared = shared;
  }

  /** The grant behind a token, once; null where it is no good for this page. */
  async redeem(token: string, origin: string | null): Promise<TokenGrant | null> {
    const grant = await this.#tokens.redeem(token);
    if (grant === null || (grant.origin !== null && grant.origin !== origin)) return null;
    const refusals = this.#refusals.get(grant.userId) ?? 0;
    if (refusals > 0) {
      this.refuseNext(grant.userId, refusals - 1);
      return null;
    }
    // Whoever comes from another server finds here whatever was stored there before.
    await this.#shared?.caughtUp();
    return grant;
  }

  /** A token brought over the open connection, for the same user, makes it last as long as the token's session. */
  async renew(request: TokenRequest, token: string): Promise<TokenGrant | null> {
    const grant = await this.#tokens.redeem(token);
    return grant?.userId === request.userId ? grant : null;
  }

  refuseNext(userId: string, count: number): void {
    if (count > 0) this.#refusals.set(userId, count);
    else this.#refusals.delete(userId);
  }
}
