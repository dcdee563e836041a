/** What goes wrong with URL, token, transport and connection. Whoever can quote the token does. */

import { WebSocket as WsWebSocket } from 'ws';
import { ChatSocketError, StopConnecting } from '../../src/index.js';
import type { MockConnection } from '../../src/testing/index.js';
import { webSocketTransport } from '../../src/transports/index.js';
import { QUERY, QUOTE, quotingError, TOKEN } from './canary.js';
import { type Path, throwing } from './path.js';
import { PROVIDER_PATHS, THREAD_PATHS } from './thread-paths.js';

type Code = `connection/${string}` | `token/${string}`;

const refuseEveryHandshake: Path['before'] = ({ transport }) =>
  transport.onConnection((connection) => connection.state === 'connecting' && connection.rejectHandshake());

const MANUAL = { mode: 'manual' } as const;

/** The server lets nobody in, and says why. */
function closeAtOnce(code: number) {
  return (connection: MockConnection) => {
    connection.accept();
    connection.close(code, QUOTE);
  };
}

const branded = () => new ChatSocketError('token/none', QUOTE, { cause: quotingError(), fields: { token: TOKEN } });

export const CONNECTION_PATHS = {
  'connection/refused': [
    { what: 'every handshake is refused', server: MANUAL, before: refuseEveryHandshake },
    {
      what: 'and diagnose quotes the token',
      server: MANUAL,
      client: { diagnose: () => QUOTE },
      before: refuseEveryHandshake,
    },
    {
      what: 'and diagnose throws it',
      server: MANUAL,
      client: { diagnose: throwing(quotingError) },
      before: refuseEveryHandshake,
    },
    {
      what: 'and diagnose stops with it',
      server: MANUAL,
      client: { diagnose: throwing(() => new StopConnecting(QUOTE)) },
      before: refuseEveryHandshake,
    },
  ],
  'connection/lost': [
    {
      what: 'the connection is cut under a request',
      before: ({ server }) => {
        for (let count = 0; count < 150; count += 1) server.emit('long ago');
      },
      happen: ({ client, server, keep }) => {
        server.ignore('load_history');
        keep(client.loadOlder());
        server.connection.dropAbruptly();
      },
    },
  ],
  'connection/stopped': [
    {
      what: 'the server closes for good, with the token as its reason',
      server: MANUAL,
      before: ({ transport, keep, client }) => {
        transport.onConnection(closeAtOnce(4403));
        keep(client.whenOpen());
      },
    },
  ],
  'connection/exhausted': [
    {
      what: 'the last attempt fails',
      server: MANUAL,
      client: { reconnect: { attemptsMax: 1 } },
      before: (scene) => {
        refuseEveryHandshake(scene);
        scene.keep(scene.client.whenOpen());
      },
    },
  ],
  'connection/closed': [
    {
      what: 'it is closed under a wait',
      happen: ({ client, server, keep }) => {
        server.connection.close(1001, QUOTE);
        keep(client.close().then(() => client.whenOpen()));
      },
    },
  ],
  'connection/aborted': [
    {
      what: 'the signal is aborted with the token as its reason',
      client: { token: () => new Promise(() => {}) },
      happen: ({ client, keep }) => {
        const abort = new AbortController();
        keep(client.whenOpen({ signal: abort.signal }));
        abort.abort(quotingError());
      },
    },
  ],
  'token/none': [
    {
      what: 'there is no session',
      client: { token: () => null },
      before: ({ client, keep }) => keep(client.whenOpen()),
    },
    ...PROVIDER_PATHS['token/none'],
  ],
  'token/failed': [
    { what: 'the provider throws the token', client: { token: throwing(quotingError) } },
    { what: 'the provider rejects with it', client: { token: () => Promise.reject(quotingError()) } },
    { what: 'the provider rejects with the bare text', client: { token: () => Promise.reject(TOKEN) } },
    { what: 'the provider throws an error of ours that holds it', client: { token: throwing(branded) } },
    { what: 'the url function throws it', client: { url: throwing(quotingError) } },
    { what: 'the url function makes a bad URL of it', client: { url: () => new URL(`//${TOKEN}`).href } },
    {
      what: 'the provider fails at a renewal',
      client: { token: ({ reason }) => (reason === 'handover' ? Promise.reject(quotingError()) : TOKEN) },
      happen: ({ server }) => server.warnTokenExpiring(60_000),
    },
    {
      what: 'the provider fails at a handover',
      client: { token: ({ reason }) => (reason === 'manual' ? Promise.reject(quotingError()) : TOKEN) },
      happen: ({ client }) => client.reconnect(),
    },
    ...PROVIDER_PATHS['token/failed'],
  ],
  'token/timed-out': [{ what: 'the provider never answers', client: { token: () => new Promise(() => {}) } }],
  'token/unusable': [
    { what: 'the token has a line break', client: { token: () => `${TOKEN}\n` } },
    { what: 'the token is too long', client: { token: () => TOKEN.repeat(1_000) } },
    { what: 'the token is an object', client: { token: () => ({ token: { value: TOKEN } }) as never } },
  ],
  'token/refused': [
    {
      what: 'the server refuses it twice and quotes it',
      server: MANUAL,
      before: ({ transport, client, keep }) => {
        transport.onConnection(closeAtOnce(4401));
        keep(client.whenOpen());
      },
    },
    ...THREAD_PATHS['token/refused'],
  ],
} as const satisfies Record<Code, readonly Path[]>;

const CLOSE_CODES = [
  ...[1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015],
  ...[3000, 3999, 4000, 4001, 4003, 4008, 4400, 4401, 4403, 4404, 4409, 4429, 4500, 4999],
];

/** Ways that end in no error, or in one that is none of theirs. */
export const OTHER_CONNECTION_PATHS: readonly Path[] = [
  ...CLOSE_CODES.map(
    (code): Path => ({
      what: `the server closes with ${code}`,
      happen: ({ server }) => server.connection.close(code, QUOTE),
    }),
  ),
  { what: 'nothing goes wrong' },
  { what: 'the link is cut', happen: ({ server }) => server.connection.dropAbruptly() },
  { what: 'the server is silent', happen: ({ server }) => server.connection.blackhole() },
  { what: 'the token is renewed in band', happen: ({ server }) => server.warnTokenExpiring(60_000) },
  {
    what: 'the renewal in band is refused with the token',
    happen: ({ server }) => {
      server.ignore('authenticate');
      server.warnTokenExpiring(60_000);
      server.connection.onFrame((frame) => {
        if (!frame.includes('authenticate')) return;
        server.sendFrame({ type: 'error', payload: { code: 'INVALID_TOKEN', message: `${QUOTE} in ${frame}` } });
      });
    },
  },
  {
    what: 'the token is renewed by a handover',
    server: { dialect: 'base' },
    happen: ({ server }) => server.warnTokenExpiring(60_000),
  },
  {
    what: 'the successor of a handover is refused with the token',
    happen: ({ client, transport }) => {
      transport.onConnection((connection) => connection.close(4401, QUOTE));
      client.reconnect();
    },
  },
  {
    what: 'the successor of a handover cannot be dialled',
    happen: ({ client, transport }) => {
      transport.open = ({ url, subprotocols }) => {
        throw new TypeError(`${url} ${subprotocols.join()}`);
      };
      client.reconnect();
    },
  },
  {
    what: 'the provider stops the client and quotes a token that it gave before',
    client: { token: ({ reason }) => (reason === 'first' ? TOKEN : throwing(() => new StopConnecting(QUOTE))()) },
    happen: ({ server }) => server.connection.close(1011),
  },
  {
    what: 'shouldRetry throws',
    client: { shouldRetry: throwing(quotingError) },
    happen: ({ server }) => server.connection.close(1011, QUOTE),
  },
  {
    what: 'the logger throws',
    client: { logger: throwing(quotingError) },
    happen: ({ server }) => server.connection.close(1011, QUOTE),
  },
];

/** Dials that can never work: each ends in `usage/invalid-option`. */
export const DIAL_PATHS: readonly Path[] = [
  {
    what: 'the URL of a function has credentials',
    client: { url: () => `wss://user:${encodeURIComponent(TOKEN)}@localhost/` },
  },
  {
    what: 'the URL of a function is in the clear',
    client: { url: () => `ws://chat.example.com/?key=${encodeURIComponent(QUERY)}` },
  },
  { what: 'the URL of a function is none', client: { url: () => `//${TOKEN}?key=${QUERY}` } },
  { what: 'the URL of a function has a fragment', client: { url: () => `wss://localhost/#${TOKEN}` } },
  {
    what: 'the transport throws all that it was given',
    before: ({ transport }) => {
      transport.open = ({ url, subprotocols }) => {
        throw new SyntaxError(`${url} ${subprotocols.join()} ${TOKEN}`);
      };
    },
  },
  {
    what: 'the transport throws an error of ours with all that it was given',
    before: ({ transport }) => {
      transport.open = ({ url, subprotocols }) => {
        const said = `${url} ${subprotocols.join()} ${TOKEN}`;
        throw new ChatSocketError('usage/invalid-option', said, { cause: quotingError() });
      };
    },
  },
  {
    what: 'the WebSocket class throws the URL',
    before: ({ transport }) => {
      const { open } = webSocketTransport({
        create: (url, subprotocols) => {
          throw Object.assign(new SyntaxError(`${url} ${subprotocols.join()}`), { input: url });
        },
      });
      transport.open = open;
    },
  },
  {
    what: 'the WebSocket class of ws is given a URL that it does not take',
    client: { url: () => `ws://localhost:${'9'.repeat(4)}/ws?key=${encodeURIComponent(QUERY)}` },
    before: ({ transport }) => {
      const { open } = webSocketTransport({ webSocket: WsWebSocket });
      transport.open = (request, handlers) => open({ ...request, url: request.url.replace('//', '//[') }, handlers);
    },
  },
];
