/** The codec of docs/storage.md, for the tests in Node and in the browser. */
import type { OutboxCodec } from '../../src/storage/index.js';

export function makeKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

export function aesGcmCodec(key: CryptoKey): OutboxCodec {
  return {
    async encode(text) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(text));
      return { iv, sealed };
    },
    async decode(kept) {
      // Whatever else it may be, decrypting it fails.
      const { iv, sealed } = kept as { iv: BufferSource; sealed: BufferSource };
      return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed));
    },
  };
}
