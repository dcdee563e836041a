/** A chat that posts: the token is a bearer token there, and whoever answers a post can quote it. */

import { connectionTokenProvider, type Fetch, refreshTokenProvider } from '../../src/index.js';
import type { HttpAnswer, HttpPort, HttpRequest } from '../../src/ports/http.js';
import { threadProtocol } from '../../src/protocols/index.js';
import { QUOTE, quotingError, TEXT, TOKEN } from './canary.js';
import type { Path } from './path.js';
import type { Scene } from './scene.js';

/** What a careless server puts into every answer. */
const LEAK = { detail: `${QUOTE} ${TEXT}`, token: TOKEN };

/** A server that posts go to. What it is told is its own business; what it answers holds all that it was told. */
function posts(answer: (request: HttpRequest) => Partial<HttpAnswer>): HttpPort {
  return (request) => {
    const told = { ...LEAK, headers: request.headers, asked: request.body };
    const body = JSON.stringify({ ...told, ...JSON.parse(answer(request).body ?? '{}') });
    return { answer: Promise.resolve({ status: 200, retryAfterMs: null, ...answer(request), body }), cancel: () => {} };
  };
}

/** The sockets greet nobody; whatever is said on them is a test's own. */
function throughThread(what: string, http: HttpPort, then: (scene: Scene) => unknown = () => {}): Path {
  return {
    what: `on a thread, ${what}`,
    server: { mode: 'manual' },
    client: { http },
    adapt: ({ tokenIn }) => threadProtocol(typeof tokenIn === 'object' || tokenIn === 'none' ? { tokenIn } : {}),
    before: ({ transport }) => {
      transport.onConnection((connection) => connection.state === 'connecting' && connection.accept());
    },
    happen: async (scene) => {
      const { acked, persisted } = scene.client.send(TEXT);
      scene.keep(acked);
      scene.keep(persisted);
      await scene.breathe();
      await then(scene);
    },
  };
}

export const THREAD_PATHS = {
  'delivery/wrong-conversation': [
    throughThread(
      'the server took the message to another thread, named by the token',
      posts(() => ({ status: 202, body: JSON.stringify({ thread_id: TOKEN }) })),
    ),
  ],
  'delivery/refused': [
    throughThread(
      'the server refuses for good',
      posts(() => ({ status: 400 })),
    ),
  ],
  'token/refused': [
    throughThread(
      'a post is not let in, twice',
      posts(() => ({ status: 401 })),
      async ({ pass, keep, client }) => {
        await pass(20_000);
        keep(client.whenOpen());
      },
    ),
  ],
} as const satisfies Record<string, readonly Path[]>;

export const OTHER_THREAD_PATHS: readonly Path[] = [
  throughThread(
    'a post is taken',
    posts(() => ({ status: 202 })),
  ),
  throughThread(
    'a post is put off',
    posts(() => ({ status: 503 })),
  ),
  throughThread('a post fails with an error that holds the token', () => ({
    answer: Promise.reject(quotingError()),
    cancel: () => {},
  })),
  throughThread(
    'frames hold it wherever they can',
    posts(() => ({ status: 202 })),
    ({ server }) => {
      const say = (frame: object) => server.connection.sendRaw(JSON.stringify(frame));
      say({ type: 'chat_status', event: 'protocol_error', error: QUOTE });
      say({ type: 'chat_error', event: 'task_failed', error: QUOTE, message: { in_reply_to: 'x', trace: TOKEN } });
      say({ type: 'chat_error', event: 'typing', value: QUOTE });
      server.connection.sendRaw(`{"event": ${QUOTE}`);
    },
  ),
];

/** A token endpoint that quotes the token in everything that it answers, and in what is thrown when it cannot be reached. */
function endpoint(status: number | null, fields: object = {}): { readonly endpoint: string; readonly fetch: Fetch } {
  const answer = JSON.stringify({ ...LEAK, ...fields });
  return {
    endpoint: `/token/?old=${TOKEN}`,
    fetch: async () => {
      if (status === null) throw quotingError();
      return new Response(answer, { status });
    },
  };
}

export const PROVIDER_PATHS = {
  'token/none': [
    { what: 'refreshTokenProvider finds no session', client: { token: refreshTokenProvider(endpoint(401)) } },
    { what: 'connectionTokenProvider finds none', client: { token: connectionTokenProvider(endpoint(401)) } },
  ].map((path) => ({ ...path, before: ({ client, keep }: Scene) => keep(client.whenOpen()) })),
  'token/failed': [
    { what: 'refreshTokenProvider cannot reach its endpoint', client: { token: refreshTokenProvider(endpoint(null)) } },
    { what: 'refreshTokenProvider is answered with trouble', client: { token: refreshTokenProvider(endpoint(503)) } },
    {
      what: 'connectionTokenProvider cannot reach its endpoint',
      client: { token: connectionTokenProvider(endpoint(null)) },
    },
    {
      what: 'connectionTokenProvider is answered with trouble',
      client: { token: connectionTokenProvider(endpoint(503)) },
    },
  ],
} as const satisfies Record<string, readonly Path[]>;
