import { createHash } from 'node:crypto';

/**
 * Tells whether two copies under one id say the same. JSON is hashed rather than the bare text, because it keeps a
 * lone surrogate apart from U+FFFD, which UTF-8 does not.
 */
export function fingerprint(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
