import { nameOfThrown } from '../../errors/thrown-name.js';
import { aFunction, aName, type Kind, needed } from '../option-faults.js';
import { checkGroup } from './check-options.js';
import type { ConformanceConnect, ConformanceConnectRequest } from './conformance-options.js';

/** The part of a WebSocket that the kit uses; the classes of browsers, of Node and of `ws` all have it. */
export interface ConformanceSocket {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: unknown) => void): void;
}

export type ConformanceSocketClass = new (url: string, subprotocols?: string[]) => ConformanceSocket;

export interface WebSocketConnectOptions {
  /** Where the server listens. Read for each connection, so it may be elsewhere after a restart. */
  readonly url: string | ((who: { readonly user: string }) => string | Promise<string>);
  /**
   * The token of a user, read for each connection. It travels as the subprotocol `bearer.<base64url of the token>`
   * beside `chatsocket.v1`. A server that wants it elsewhere is given it by `url` or `subprotocols`.
   */
  readonly token?: (who: { readonly user: string }) => string | Promise<string>;
  /** In place of `chatsocket.v1` and the token. */
  readonly subprotocols?: (who: { readonly user: string }) => readonly string[] | Promise<readonly string[]>;
  /** Default the global one; Node has one from version 22 on, before that give the class of `ws`. */
  readonly webSocket?: ConformanceSocketClass;
}

const OPTIONS: Readonly<Record<keyof WebSocketConnectOptions, Kind>> = {
  url: needed({
    words: 'a URL, or a function that gives one',
    includes: (value) => aName.includes(value) || aFunction.includes(value),
  }),
  token: aFunction,
  subprotocols: aFunction,
  webSocket: aFunction,
};

/** After this the kit goes on, whether the closing handshake is over or not. */
const CLOSE_MS = 2_000;

/**
 * Makes `connect` for `conformance` from a WebSocket class, an address and a token for each user.
 *
 * The connection fails where the socket closes before it opens. Binary frames are left out, as the protocol has none.
 * Throws a `ConformanceSetupError` for options that cannot be used.
 *
 * @example
 * const connect = webSocketConnect({ url: 'ws://127.0.0.1:8080/ws', token: ({ user }) => `token of ${user}` });
 */
export function webSocketConnect(options: WebSocketConnectOptions): ConformanceConnect {
  checkGroup('', options, OPTIONS);
  return async (request) => {
    const { user } = request;
    const WebSocketClass = options.webSocket ?? globalThis.WebSocket;
    if (typeof WebSocketClass !== 'function') {
      throw new Error('There is no global WebSocket here. Give `webSocket`, for example the class of the package ws.');
    }
    const url = typeof options.url === 'string' ? options.url : await options.url({ user });
    const subprotocols = await subprotocolsFor(options, user);
    if (request.signal.aborted) throw new Error('Nobody waits for the connection any more.');
    return open(makeSocket(WebSocketClass, url, [...subprotocols]), request);
  };
}

async function subprotocolsFor({ token, subprotocols }: WebSocketConnectOptions, user: string) {
  if (subprotocols !== undefined) return subprotocols({ user });
  if (token === undefined) return ['chatsocket.v1'];
  const shown: unknown = await token({ user });
  if (typeof shown !== 'string') throw new Error(`\`token\` gave ${typeof shown} and no token.`);
  return ['chatsocket.v1', `bearer.${base64Url(shown)}`];
}

function makeSocket(WebSocketClass: ConformanceSocketClass, url: string, subprotocols: string[]): ConformanceSocket {
  try {
    return new WebSocketClass(url, subprotocols);
  } catch (thrown) {
    const what = `The WebSocket class threw ${nameOfThrown(thrown)} for what \`url\`, \`token\` or \`subprotocols\` gave.`;
    // Platforms put the whole URL into such errors, so the original is not passed on.
    throw new Error(`${what} (The original error is left out, since it may hold the token.)`);
  }
}

async function open(socket: ConformanceSocket, request: ConformanceConnectRequest) {
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve());
  });
  void closed.then(request.onClose);
  socket.addEventListener('message', (event) => {
    const text = textOf(event);
    if (text !== null) request.onText(text);
  });
  const close = () => {
    socket.close();
    return within(closed, CLOSE_MS);
  };
  request.signal.addEventListener('abort', () => void close(), { once: true });
  await opened(socket, closed);
  return { send: (text: string) => socket.send(text), close };
}

function opened(socket: ConformanceSocket, closed: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('The socket closed before it opened: the handshake failed or nobody listens.'));
    socket.addEventListener('open', () => resolve());
    // Node's own WebSocket tells of a refused handshake by `error` alone.
    socket.addEventListener('error', fail);
    void closed.then(fail);
  });
}

function textOf(event: unknown): string | null {
  const isMessage = typeof event === 'object' && event !== null && 'data' in event;
  return isMessage && typeof event.data === 'string' ? event.data : null;
}

/** Resolves by then, come what may. */
function within(work: Promise<void>, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function base64Url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
