import { ChatSocketError } from '../errors/chat-socket-error.js';
import { unusableOption } from '../errors/unusable-option.js';
import type { DialRequest, Transport } from '../ports/transport.js';
import { explainRefusedDial } from './dial-fault.js';
import { attachSocket } from './socket-attachment.js';
import type { WebSocketClass, WebSocketLike } from './web-socket-like.js';

export type { WebSocketClass, WebSocketLike } from './web-socket-like.js';

/** At most one of the two; with neither, the platform's own `WebSocket` is used. */
export interface WebSocketTransportOptions {
  /** A WebSocket class: that of `ws` on Node 20, mock-socket's in a test. Default: `globalThis.WebSocket`, looked up on every dial. */
  readonly webSocket?: WebSocketClass;
  /**
   * Makes the socket of one dial, for what the class needs beside the two usual arguments, such as headers. It is an
   * option of its own because a class cannot be told from a function safely. It must return a socket at once; what it
   * throws is reported as `usage/invalid-option` without the original, whose text may hold the URL.
   */
  readonly create?: (url: string, subprotocols: string[]) => WebSocketLike;
}

/**
 * A transport over WebSockets: the browser's, Node's (22 and later), that of `ws`, or any class like them.
 *
 * `open` throws `usage/invalid-option` where there is no class, or where the class takes the URL or a subprotocol for
 * malformed; the error holds neither. A server that cannot be reached is `closed` with code 1006.
 *
 * @example
 * import { webSocketTransport } from 'chatsocket/transports';
 * import { WebSocket } from 'ws';
 *
 * const onNode20 = webSocketTransport({ webSocket: WebSocket });
 * const withHeaders = webSocketTransport({
 *   create: (url, subprotocols) => new WebSocket(url, subprotocols, { headers: { origin: 'https://chat.example.com' } }),
 * });
 */
export function webSocketTransport(options: WebSocketTransportOptions = {}): Transport {
  checkOptions(options);
  if (options.webSocket !== undefined && options.create !== undefined) {
    throw new ChatSocketError(
      'usage/invalid-option',
      'Cannot make the transport: both `webSocket` and `create` are set, and only one can make the socket. Leave one out.',
      { fields: { option: 'create' } },
    );
  }
  return {
    name: 'web-socket',
    open: (request, handlers) => attachSocket(makeSocket(request, options), handlers),
  };
}

/** Else a class under another name is left aside for the platform's own, and what is no class is told by the first dial. */
function checkOptions(options: WebSocketTransportOptions): void {
  if (typeof options !== 'object' || options === null) throw unusableOption('options', 'an object');
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'webSocket' && name !== 'create') throw unusableOption(name, 'one of webSocket, create');
    if (value !== undefined && typeof value !== 'function') throw unusableOption(name, 'a class or a function');
  }
}

function makeSocket(request: DialRequest, options: WebSocketTransportOptions): WebSocketLike {
  const subprotocols = [...request.subprotocols];
  const socket = callConstructor(request, () => {
    if (options.create !== undefined) return options.create(request.url, subprotocols);
    const Class = options.webSocket ?? findPlatformClass();
    return Class === null ? null : new Class(request.url, subprotocols);
  });
  if (socket === null) {
    throw new ChatSocketError(
      'usage/invalid-option',
      'Cannot dial: this platform has no WebSocket. On Node 20 pass the class of `ws`: ' +
        "`webSocketTransport({ webSocket: WebSocket })` with `import { WebSocket } from 'ws'`.",
      { fields: { option: 'webSocket' } },
    );
  }
  if (typeof socket?.addEventListener !== 'function') {
    throw new ChatSocketError(
      'usage/invalid-option',
      'Cannot dial: what `webSocket` or `create` gave is not a socket with `addEventListener`. Return the socket itself, not a promise.',
      { fields: { option: options.create === undefined ? 'webSocket' : 'create' } },
    );
  }
  return socket;
}

/** What the constructor throws holds the URL in `message`, `input` and more; so nothing of it is kept. */
function callConstructor(request: DialRequest, make: () => WebSocketLike | null): WebSocketLike | null {
  try {
    return make();
  } catch (error) {
    throw explainRefusedDial(request, error);
  }
}

function findPlatformClass(): WebSocketClass | null {
  return typeof globalThis.WebSocket === 'function' ? globalThis.WebSocket : null;
}
