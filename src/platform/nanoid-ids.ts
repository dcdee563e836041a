import { nanoid, random } from 'nanoid';
import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { IdSource } from '../ports/id-source.js';

const SHORT_ID_LENGTH = 10;
const UUID_SIZE_BYTES = 16;

/**
 * Ids from the platform's secure random source. Pages served over plain HTTP have no `crypto.randomUUID`; there the
 * UUID is put together from nanoid's random bytes. Where there is no such source at all, as in bare React Native, each
 * call throws `usage/invalid-option`.
 *
 * @example
 * const clientMessageId = nanoidIds().messageId();
 */
export function nanoidIds(): IdSource {
  return {
    messageId: () => findRandomUuid() ?? drawSafely(() => formatUuidV4(random(UUID_SIZE_BYTES))),
    shortId: () => drawSafely(() => nanoid(SHORT_ID_LENGTH)),
  };
}

function drawSafely(draw: () => string): string {
  if (typeof crypto !== 'undefined') return draw();
  throw new ChatSocketError(
    'usage/invalid-option',
    'Cannot make an id: this platform has no crypto. Load react-native-get-random-values first, or set the option ids.',
    { fields: { option: 'ids' } },
  );
}

function findRandomUuid(): string | undefined {
  // Looked up once, for in Node that is a call.
  const { crypto } = globalThis;
  return crypto?.randomUUID?.();
}

/** RFC 9562, section 5.4: version 4 in the seventh byte, variant 10 in the ninth. */
function formatUuidV4(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte, index) => {
    if (index === 6) return toHex((byte & 0x0f) | 0x40);
    if (index === 8) return toHex((byte & 0x3f) | 0x80);
    return toHex(byte);
  }).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function toHex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
