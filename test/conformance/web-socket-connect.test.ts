import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import {
  type ConformanceConnectRequest,
  ConformanceSetupError,
  conformance,
  webSocketConnect,
} from 'chatsocket/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { within } from '../server/support/peer.js';

const LOOPBACK = '127.0.0.1';

let server: WebSocketServer;
let url: string;
let isRefusing: boolean;

beforeEach(async () => {
  isRefusing = false;
  server = new WebSocketServer({ host: LOOPBACK, port: 0, verifyClient: () => !isRefusing });
  await once(server, 'listening');
  // A server that listens on a port has an address with one.
  url = `ws://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** What the kit asks with, and what it was told. */
function ask(user = 'ada') {
  const texts: string[] = [];
  const abort = new AbortController();
  let toldClose = () => {};
  const closed = new Promise<void>((resolve) => {
    toldClose = resolve;
  });
  const request: ConformanceConnectRequest = {
    user,
    signal: abort.signal,
    onText: (text) => texts.push(text),
    onClose: toldClose,
  };
  return { request, texts, abort, closed };
}

test('brings each user by a token of their own, and loses no text of the first moment', async () => {
  const offered: unknown[] = [];
  server.on('connection', (socket, request) => {
    offered.push(request.headers['sec-websocket-protocol']);
    socket.send('first');
    socket.send(Buffer.from('binary'));
    socket.on('message', (payload) => socket.send(`${payload.toString()} yourself`));
  });
  const connect = webSocketConnect({ webSocket: WebSocket, url, token: async ({ user }) => `${user}?>ÿ` });
  const { request, texts } = ask();

  const connection = await connect(request);
  connection.send('hello');
  await within(
    waitFor(() => texts.length === 2),
    'two texts',
  );

  expect(texts).toEqual(['first', 'hello yourself']);
  expect(offered).toEqual([`chatsocket.v1,bearer.${Buffer.from('ada?>ÿ').toString('base64url')}`]);
  await connection.close();
});

test('asks for the address and the subprotocols of each connection anew', async () => {
  const offered: unknown[] = [];
  server.on('connection', (_socket, request) => {
    offered.push([request.url, request.headers['sec-websocket-protocol']]);
  });
  const connect = webSocketConnect({
    webSocket: WebSocket,
    url: ({ user }) => `${url}/${user}?token=${user}`,
    subprotocols: ({ user }) => [`as.${user}`],
  });

  const connections = [await connect(ask('ada').request), await connect(ask('bob').request)];

  expect(offered).toEqual([
    ['/ada?token=ada', 'as.ada'],
    ['/bob?token=bob', 'as.bob'],
  ]);
  for (const connection of connections) await connection.close();
});

test('ends the connection for both, and twice is harmless', async () => {
  const connect = webSocketConnect({ webSocket: WebSocket, url });
  const { request, closed } = ask();
  const connection = await connect(request);

  await connection.close();
  await connection.close();

  await within(closed, 'the word that it is over');
  expect(server.clients.size).toBe(0);
});

test('tells of an end that the server makes', async () => {
  server.on('connection', (socket) => socket.close(4401));
  const connect = webSocketConnect({ webSocket: WebSocket, url });
  const { request, closed } = ask();

  await connect(request);

  await within(closed, 'the word that it is over');
});

test('fails where the handshake is refused', async () => {
  isRefusing = true;
  const connect = webSocketConnect({ webSocket: WebSocket, url });

  await expect(connect(ask().request)).rejects.toThrow('The socket closed before it opened');
});

test('fails where nobody listens', async () => {
  await new Promise((resolve) => server.close(resolve));
  const connect = webSocketConnect({ webSocket: WebSocket, url });

  await expect(connect(ask().request)).rejects.toThrow('The socket closed before it opened');
});

test.each([
  ['cannot be parsed', (token: string) => ({ url: `ws://[?token=${token}` })],
  ['has a fragment', (token: string) => ({ url: `ws://127.0.0.1:1/?token=${token}#${token}` })],
  ['is no subprotocol', (token: string) => ({ url: 'ws://127.0.0.1:1/', subprotocols: () => [`bearer. ${token}`] })],
])('UP-19 C2 the error of a class that refuses what %s holds no token', async (_what, optionsWith) => {
  const token = 'canary-7f3a9';
  const connect = webSocketConnect({ webSocket: QuotingWebSocket, ...optionsWith(token) });

  const told: unknown = await conformance({ connect, conversation: 'lobby' }).catch((error: unknown) => error);

  expect(told).toBeInstanceOf(ConformanceSetupError);
  expect(String(told)).toContain('The WebSocket class threw a SyntaxError');
  expect(inspect(told, { depth: null, showHidden: true })).not.toContain(token);
});

test('gives up a socket that nobody waits for any more', async () => {
  const mute = createServer();
  mute.listen(0, LOOPBACK);
  await once(mute, 'listening');
  const arrival = once(mute, 'connection');
  const muteUrl = `ws://${LOOPBACK}:${(mute.address() as AddressInfo).port}`;
  const { request, abort, closed } = ask();

  const connecting = webSocketConnect({ webSocket: WebSocket, url: muteUrl })(request);
  await within(arrival, 'the handshake');
  abort.abort();

  await expect(connecting).rejects.toThrow('The socket closed before it opened');
  await within(closed, 'the word that it is over');
  await new Promise((resolve) => mute.close(resolve));
});

test('makes no socket at all once nobody waits', async () => {
  const { request, abort } = ask();

  const connecting = webSocketConnect({ webSocket: WebSocket, url })(request);
  abort.abort();

  await expect(connecting).rejects.toThrow('Nobody waits for the connection any more.');
  expect(server.clients.size).toBe(0);
});

/** Quotes, where `ws` refuses, all that it was given, as the classes of browsers do. */
class QuotingWebSocket extends WebSocket {
  constructor(url: string, subprotocols?: string[]) {
    try {
      super(url, subprotocols);
    } catch (cause) {
      throw Object.assign(new SyntaxError(`${url} ${subprotocols}`, { cause }), { input: url });
    }
  }
}

/** Looks again after each turn of the event loop. */
async function waitFor(isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise((resolve) => setImmediate(resolve));
}
