import { inspect } from 'node:util';
import { envelopeProtocol, type TokenPlacement } from 'chatsocket/protocols';
import { describe, expect, test } from 'vitest';
import { ChatSocketClient, type ChatSocketOptions } from '../../src/index.js';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { watchEvents } from './chat-log.js';

const TOKEN = 'canary-token-5f1c';
const QUERY = 'canary-query-9a3e';
const TEXT = 'canary-text-77b2';
const CANARIES = [TOKEN, QUERY, TEXT, Buffer.from(TOKEN).toString('base64url')];

/** Everything that a value shows, however it is looked at: hidden fields, causes and stacks too. */
function show(value: unknown): string {
  const parts = [inspect(value, { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null })];
  try {
    parts.push(JSON.stringify(value) ?? '');
  } catch {}
  if (value instanceof Error) parts.push(String(value), value.stack ?? '', show(value.cause));
  return parts.join('\n');
}

/** Own messages are shown to their user, so their texts are looked for only where nobody should find them. */
function withoutMessages(name: string, payload: unknown): unknown {
  return name.startsWith('message-') || name.startsWith('stream-') ? null : payload;
}

async function collect(
  client: Partial<ChatSocketOptions>,
  happen: (world: TestWorld) => unknown,
  server: Parameters<typeof createTestClient>[0] = {},
): Promise<string> {
  const lines: unknown[] = [];
  const world = createTestClient({
    ...server,
    client: {
      url: `ws://localhost/ws?key=${QUERY}`,
      token: () => TOKEN,
      logger: (...line) => lines.push(line),
      ...client,
    },
  });
  const events = watchEvents(world.client);
  const rejections: unknown[] = [];
  const keep = (promise: Promise<unknown>) => promise.catch((reason: unknown) => rejections.push(reason));
  keep(world.client.whenOpen());
  keep(world.client.send(TEXT).acked);
  await world.open();
  await happen(world);
  keep(world.client.loadOlder());
  const explanations = [world.client.explain(), world.client.metrics(), world.client.snapshot.connection];
  await world.clock.advance(30_000);
  explanations.push(world.client.explain(), world.client.metrics(), world.client.snapshot.connection);
  const closing = world.client.close();
  await world.clock.advance(3_000);
  await closing;
  const told = events.map(({ name, payload }) => withoutMessages(name, payload));
  const failures = events.flatMap(({ payload }) => ('error' in payload ? [payload.error] : []));
  world.client.dispose();
  return [lines, told, failures, rejections, explanations].map(show).join('\n');
}

const PATHS: readonly [string, (world: TestWorld) => unknown][] = [
  ['nothing goes wrong', () => {}],
  ['the link is cut', ({ server }) => server.connection.dropAbruptly()],
  ['the server is silent', ({ server }) => server.connection.blackhole()],
  [
    'the token is refused twice',
    ({ server, transport }) => {
      transport.onConnection((connection) => connection.close(4401));
      server.expireToken();
    },
  ],
  ['the server closes for good', ({ server }) => server.connection.close(4403)],
  [
    'every handshake is refused',
    ({ server, transport }) => {
      transport.onConnection((connection) => connection.state === 'connecting' && connection.rejectHandshake());
      server.connection.dropAbruptly();
    },
  ],
  [
    'the server repeats the message in its refusal',
    ({ server, client }) => {
      const messageId = client.outbox.list()[0]?.id ?? client.send('x').id;
      server.sendFrame({
        type: 'error',
        payload: { code: 'VALIDATION_ERROR', message: `no: ${TEXT} ${TOKEN}`, messageId },
      });
    },
  ],
  [
    'the server repeats the token in an error of its own',
    ({ server }) =>
      server.sendFrame({ type: 'error', payload: { code: 'UNKNOWN_TYPE', message: `what is ${TOKEN}?` } }),
  ],
  [
    'frames hold the text and nobody can read them',
    ({ server }) => {
      for (let count = 0; count < 20; count += 1) server.connection.sendRaw(`{"${TEXT}": ${TOKEN}`);
    },
  ],
  ['the token is renewed', ({ server }) => server.warnTokenExpiring(60_000)],
  ['a frame is too big', ({ server }) => server.connection.close(1009)],
  [
    'a listener throws',
    ({ client }) => {
      client.on('status-changed', () => {
        throw new Error('of the application');
      });
      client.reconnect();
    },
  ],
];

const PLACES: readonly TokenPlacement[] = ['subprotocol', 'first-frame', { query: 'token' }];

describe.each(PLACES)('a token in %j', (tokenIn) => {
  test.each(PATHS)(
    'UP-19 C1 C2 C16 is in no log, error, event, figure or explanation when %s',
    async (_what, happen) => {
      const seen = await collect({ protocol: envelopeProtocol({ tokenIn }) }, happen);

      expect(seen.length).toBeGreaterThan(500);
      for (const canary of CANARIES) expect(seen).not.toContain(canary);
    },
  );
});

describe('what the application gets wrong', () => {
  test.each<[string, Partial<ChatSocketOptions>]>([
    ['a token with a line break', { token: () => `${TOKEN}\n` }],
    ['a token that is too long', { token: () => TOKEN.repeat(1_000) }],
    ['a token that is an object', { token: () => ({ token: { value: TOKEN } }) as never }],
    ['a URL of a function that cannot be dialled', { url: () => `http://localhost/?key=${QUERY}` }],
    ['a URL of a function with credentials', { url: () => `wss://user:${TOKEN}@localhost/` }],
    ['a URL of a function in the clear', { url: () => `ws://chat.example.com/?key=${QUERY}` }],
    [
      'a transport that repeats the URL in what it throws',
      {
        transport: {
          name: 'loud',
          open: ({ url, subprotocols }) => {
            throw new SyntaxError(`bad: ${url} ${subprotocols.join()}`);
          },
        },
      },
    ],
    [
      'a shouldRetry that throws',
      {
        shouldRetry: () => {
          throw new Error(TOKEN);
        },
      },
    ],
  ])('UP-19 C2 F50 %s is told of without repeating it', async (_what, client) => {
    const seen = await collect(client, ({ server, transport }) => {
      if (transport.connections.length > 0) server.connection.dropAbruptly();
    });

    for (const canary of CANARIES) expect(seen).not.toContain(canary);
  });

  test.each([
    ['url', { url: `ftp://localhost/?key=${QUERY}` }],
    ['url', { url: `wss://user:${TOKEN}@localhost/` }],
    ['url', { url: `wss://localhost/#${TOKEN}` }],
    ['token', { token: TOKEN }],
    ['identity', { identity: { name: TOKEN } }],
    ['conversationId', { conversationId: { id: TEXT } }],
  ])('UP-19 C2 the error about the option %s does not show its value', (option, options) => {
    let thrown: unknown;
    try {
      new ChatSocketClient({ url: 'wss://localhost/', ...options } as never);
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toMatchObject({ code: 'usage/invalid-option', fields: { option } });
    for (const canary of CANARIES) expect(show(thrown)).not.toContain(canary);
  });
});

test('UP-19 C2 a client and its snapshot show no token to whoever looks at them', async () => {
  const { client, open, server } = createTestClient({
    client: { token: () => TOKEN, url: `ws://localhost/?key=${QUERY}` },
  });
  await open();

  const seen = show(client) + show(client.snapshot);
  server.connection.dropAbruptly();

  for (const canary of [TOKEN, QUERY]) expect(seen).not.toContain(canary);
  client.dispose();
});
