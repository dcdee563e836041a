/** Reads what a socket's events hold; nothing in them is trusted to be there. */
import type { SocketClose } from '../ports/transport.js';

export type SocketMessage =
  | { readonly text: string }
  | {
      readonly text: null;
      /** Null where the platform gave something of no known size. */
      readonly sizeBytes: number | null;
    };

/** The content of a `message` event. Only text frames have a string for `data`. */
export function readMessage(event: unknown): SocketMessage {
  const content = readField(event, 'data');
  return typeof content === 'string' ? { text: content } : { text: null, sizeBytes: measure(content) };
}

/** The facts of a `close` event; React Native leaves some out. */
export function readClose(event: unknown): SocketClose {
  const code = readField(event, 'code');
  const reason = readField(event, 'reason');
  return {
    code: typeof code === 'number' ? code : 1006,
    reason: typeof reason === 'string' ? reason : '',
    wasClean: readField(event, 'wasClean') === true,
  };
}

/** An ArrayBuffer or a view of one, a Blob, or the fragments that `ws` may give. */
function measure(content: unknown): number | null {
  if (Array.isArray(content)) {
    return content.reduce<number | null>((sum, part) => addOrNull(sum, measure(part)), 0);
  }
  const size = readField(content, 'byteLength') ?? readField(content, 'size');
  return typeof size === 'number' ? size : null;
}

function addOrNull(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : left + right;
}

function readField(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  return Reflect.get(holder, name);
}
