/** Signed tokens: who, until when. A server of yours has its own; all that counts is that they end. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export class Tokens {
  readonly #key = randomBytes(32);

  issue(userId: string, expiresAtMs: number): string {
    const body = Buffer.from(JSON.stringify({ userId, expiresAtMs })).toString('base64url');
    return `${body}.${this.#sign(body)}`;
  }

  /** The user; null for a token that is not ours, or over. */
  read(token: string, nowMs: number): string | null {
    const [body = '', signature = ''] = token.split('.');
    const expected = this.#sign(body);
    if (signature.length !== expected.length || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) {
      return null;
    }
    // Safe: the signature is ours.
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { userId: string; expiresAtMs: number };
    return claims.expiresAtMs > nowMs ? claims.userId : null;
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}
