import { inspect } from 'node:util';
import { JSDOM } from 'jsdom';
import { WebSocket as MockSocketWebSocket } from 'mock-socket';
import { expect, test } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { isChatSocketError } from '../../src/errors/chat-socket-error.js';
import { type WebSocketClass, webSocketTransport } from '../../src/transports/web-socket.js';

const CANARY = 'CANARY-7f3a9';
const { window } = new JSDOM('', { url: 'http://127.0.0.1/' });

const CLASSES: readonly (readonly [string, WebSocketClass])[] = [
  ['ws', WsWebSocket],
  ['jsdom', window.WebSocket],
  ['mock-socket', MockSocketWebSocket],
  // Node 22 and later.
  ...(typeof globalThis.WebSocket === 'function' ? [['the platform', globalThis.WebSocket] as const] : []),
];

const BAD_REQUESTS: readonly (readonly [string, string, readonly string[]])[] = [
  ['a URL that cannot be parsed', `ws://[${CANARY}?token=${CANARY}`, []],
  ['a scheme of something else', `ftp://host/${CANARY}?token=${CANARY}`, []],
  ['a fragment', `ws://127.0.0.1:1/?token=${CANARY}#${CANARY}`, []],
  ['a subprotocol with a space', 'ws://127.0.0.1:1/', ['chatsocket.v1', `bearer. ${CANARY}`]],
  ['an empty subprotocol', `ws://127.0.0.1:1/?token=${CANARY}`, ['']],
  ['a subprotocol that is offered twice', 'ws://127.0.0.1:1/', [CANARY, CANARY]],
];

const CASES = CLASSES.flatMap(([name, webSocket]) =>
  BAD_REQUESTS.map(([fault, url, subprotocols]) => ({ name, webSocket, fault, url, subprotocols })),
);

test.each(CASES)(
  'C2 the error for $fault holds no secret, with the class of $name',
  ({ webSocket, url, subprotocols }) => {
    const error = catchDialError(webSocketTransport({ webSocket }), url, subprotocols);

    if (error === null) return;
    expect(isChatSocketError(error, 'usage/invalid-option')).toBe(true);
    expect(everythingSaidBy(error)).not.toContain(CANARY);
  },
);

test('C2 the error of a maker of sockets that throws the URL holds no secret', () => {
  const transport = webSocketTransport({
    create: (url) => {
      const thrown = Object.assign(new Error(`no ${url}`, { cause: url }), { input: url });
      thrown.name = url;
      throw thrown;
    },
  });

  const error = catchDialError(transport, `ws://127.0.0.1/?token=${CANARY}`, []);

  expect(isChatSocketError(error, 'usage/invalid-option')).toBe(true);
  expect(everythingSaidBy(error)).not.toContain(CANARY);
});

test('C2 the error says which part is at fault', () => {
  const messages = BAD_REQUESTS.map(([, url, subprotocols]) => {
    const error = catchDialError(webSocketTransport({ webSocket: WsWebSocket }), url, subprotocols);
    return error instanceof Error ? error.message.split(';')[1] : error;
  });

  expect(messages).toMatchInlineSnapshot(`
    [
      " the URL cannot be parsed. (The original error is left out, since it may hold the token.)",
      " the URL does not begin with ws: or wss:. (The original error is left out, since it may hold the token.)",
      " the URL has a fragment (#…), which WebSockets do not allow. (The original error is left out, since it may hold the token.)",
      " subprotocol 2 of 2 is empty or has a character that HTTP does not allow there. (The original error is left out, since it may hold the token.)",
      " subprotocol 1 of 1 is empty or has a character that HTTP does not allow there. (The original error is left out, since it may hold the token.)",
      " a subprotocol is offered twice. (The original error is left out, since it may hold the token.)",
    ]
  `);
});

/** Null where the class takes the dial; what is dialled is given up at once. */
function catchDialError(
  transport: ReturnType<typeof webSocketTransport>,
  url: string,
  subprotocols: readonly string[],
): unknown {
  const ignore = () => {};
  try {
    transport
      .open({ url, subprotocols }, { opened: ignore, received: ignore, receivedBinary: ignore, closed: ignore })
      .abandon();
    return null;
  } catch (error) {
    return error;
  }
}

function everythingSaidBy(error: unknown): string {
  const own = error instanceof Error ? [error.message, error.stack, String(error), inspect(error.cause)] : [];
  return [...own, JSON.stringify(error), inspect(error, { depth: 10, showHidden: true })].join('\n');
}
