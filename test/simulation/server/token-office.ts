/** Issues tokens that are good for one handshake, and knows whose they are. */

interface Issued {
  readonly deviceIndex: number;
  readonly expiresAtMs: number;
  uses: number;
}

/** In every token, so that it is found wherever it should not be. No word: stacks hold paths, and a folder may have any name. */
export const CANARY = 'c4nary';

export class TokenOffice {
  readonly #issued = new Map<string, Issued>();
  readonly #onReuse: (deviceIndex: number) => void;

  constructor(onReuse: (deviceIndex: number) => void) {
    this.#onReuse = onReuse;
  }

  issue(deviceIndex: number, expiresAtMs: number): string {
    const token = `${CANARY}-${deviceIndex}-${this.#issued.size + 1}`;
    this.#issued.set(token, { deviceIndex, expiresAtMs, uses: 0 });
    return token;
  }

  /** Whether it would be redeemed. */
  isGood(token: string, nowMs: number): boolean {
    const issued = this.#issued.get(token);
    return issued !== undefined && issued.uses === 0 && issued.expiresAtMs > nowMs;
  }

  /** Where tokens serve more than once. */
  isValid(token: string, nowMs: number): boolean {
    return (this.#issued.get(token)?.expiresAtMs ?? 0) > nowMs;
  }

  /** Null for a token that is unknown, used or expired. */
  redeem(token: string, nowMs: number): number | null {
    const issued = this.#issued.get(token);
    if (issued === undefined) return null;
    issued.uses += 1;
    if (issued.uses > 1) this.#onReuse(issued.deviceIndex);
    return issued.uses === 1 && issued.expiresAtMs > nowMs ? issued.deviceIndex : null;
  }
}

/** The token in the subprotocols that a client offered. */
export function readToken(subprotocols: readonly string[]): string | null {
  const bearer = subprotocols.find((subprotocol) => subprotocol.startsWith('bearer.'));
  return bearer === undefined ? null : Buffer.from(bearer.slice('bearer.'.length), 'base64url').toString();
}
