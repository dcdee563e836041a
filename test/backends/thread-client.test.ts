/** The client of the thread family against a real Django: repeats, retries, numbers out of order, and servers that die. */
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ChatSocketClient, type Fetch, refreshTokenProvider } from '../../src/index.js';
import { threadProtocol } from '../../src/protocols/index.js';
import { webSocketTransport } from '../../src/transports/index.js';
import { stage } from './support/stage.js';
import { until } from './support/until.js';
import type { Visitor } from './support/visitor.js';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

describe('a client of the thread family and Django', () => {
  const theatre = stage({ settings: { RETRY_DELAY_MS: '100', REDELIVER_AFTER_MS: '1000' } });

  /** A user with a thread that is empty on both sides, and a client in it. */
  async function chat() {
    const { visitor } = await theatre.threader();
    const { json } = await visitor.post('/api/chat/', { message: 'open' });
    const threadId = String(json['thread_id']);
    const tokens: string[] = [];
    const client = new ChatSocketClient({
      url: `${theatre.django.url.replace('http', 'ws')}/ws/chat/${threadId}/?cid=1`,
      conversationId: threadId,
      token: refreshTokenProvider({ endpoint: '/api/token/refresh/', fetch: asBrowser(visitor, tokens) }),
      protocol: threadProtocol(),
      transport: webSocketTransport({ webSocket: WebSocket }),
      // However long a server takes to start on a busy machine.
      reconnect: { delayFirstMs: 100, delayMaxMs: 500, attemptsMax: Infinity, dialsPerMinuteMax: 60 },
    });
    stops.push(() => client.dispose());
    client.connect();
    await until(client, () => hasHeard(client, ['You said: open']));
    return { client, visitor, tokens };
  }

  test('shows the answer to each message once, under its question’s key', async () => {
    const { client } = await chat();
    const outgoing = client.send('Hello');
    await outgoing.acked;
    await until(client, () => hasHeard(client, ['You said: Hello']));

    expect(client.snapshot.messages.map(({ content }) => content)).toEqual([
      'You said: open',
      'Hello',
      'You said: Hello',
    ]);
    expect(client.snapshot.messages.at(-1)?.inReplyTo).toBe(outgoing.id);
  });

  test.each([
    'answer-twice',
    'double-delivery',
    'reply-first',
    'post-lost',
    'enqueue-fails',
    'task-fails',
    'task-raises',
    'no-sequence',
  ] as const)('DS-5 %s: the answer is shown once', async (fault) => {
    const { client } = await chat();
    await theatre.django.faults.arm(fault);
    await client.send('one').acked;
    await until(client, () => hasHeard(client, ['You said: one']));
    await client.send('two').acked;
    await until(client, () => hasHeard(client, ['You said: two']));

    expect(answersIn(client)).toEqual(['You said: open', 'You said: one', 'You said: two']);
  });

  test.each([
    {
      what: 'DS-4 swap-sequence: answers stand in their order',
      fault: 'swap-sequence',
      expectedGaps: [],
      words: ['open', 'one', 'two'],
    },
    {
      what: 'skip-sequence: a number that is never used is told as a gap',
      fault: 'skip-sequence',
      expectedGaps: [[2, 2]],
      words: ['open', 'one', 'two'],
    },
    {
      what: 'DS-1 drop-frame: an answer that was lost comes late, and is shown',
      fault: 'drop-frame',
      expectedGaps: [[2, 2]],
      words: ['open', 'two', 'one'],
    },
  ] as const)('$what', async ({ fault, expectedGaps, words }) => {
    const { client } = await chat();
    const gaps: (readonly [number, number])[] = [];
    client.on('gap-detected', ({ fromSeq, toSeq }) => gaps.push([fromSeq, toSeq]));
    await theatre.django.faults.arm(fault);
    await client.send('one').acked;
    await client.send('two').acked;
    await until(client, () => hasHeard(client, ['You said: two']) && (fault !== 'skip-sequence' || gaps.length > 0));
    // The server repeats what nobody acknowledged to whoever comes next.
    if (fault === 'drop-frame') client.reconnect();
    await until(client, () => hasHeard(client, ['You said: one', 'You said: two']));

    expect(gaps).toEqual(expectedGaps);
    expect(answersIn(client)).toEqual(words.map((word) => `You said: ${word}`));
  });

  test('UP-07 4401 renews the token once, and the client is there again', async () => {
    const { client, tokens } = await chat();
    await client.close();
    await theatre.django.faults.arm('refuse-dial');
    client.connect();
    await client.send('still here').acked;
    await until(client, () => hasHeard(client, ['You said: still here']));

    // The first one, the one that was refused, the renewed one.
    expect(tokens.length).toBe(3);
  });

  test('UP-07 4401 for a fresh token as well stops the client, which says why', async () => {
    const { client, tokens } = await chat();
    await client.close();
    await theatre.django.faults.arm('refuse-dial', 'always');
    client.connect();
    await until(client, () => isStopped(client));

    const advice = ['Sign in again, then call connect().'];
    expect(client.explain()).toMatchObject({ cause: { kind: 'token-refused', code: 4401 }, advice });
    expect(tokens.length).toBe(3);
  });

  test('UP-07 UP-09 a bare 403 is diagnosed after three; where the session is over, the next token ends it', async () => {
    const { client, visitor } = await chat();
    const diagnosed: string[] = [];
    client.on('error', ({ error }) => diagnosed.push(error.code));
    await theatre.django.faults.arm('refuse-dial', 'always');
    await theatre.django.faults.arm('bare-403', 'always');
    await client.close();
    client.connect();
    await until(client, () => diagnosed.includes('connection/refused'));
    const told = client.explain().text;
    visitor.cookies.clear();
    client.reconnect();
    await until(client, () => isStopped(client));

    const advice = ['Sign in again, then call connect().'];
    expect(told).toContain('The handshake was refused several times and browsers hide why');
    expect(client.explain()).toMatchObject({ cause: { kind: 'no-token' }, advice });
  });

  test('DS-1 DS-3 while Daphne is killed and started again: what was posted under a key is there once', async () => {
    const { client } = await chat();
    const words = Array.from({ length: 8 }, (_, index) => `word ${index}`);
    const sent = words.map((word) => client.send(word));
    await sent[1]?.acked;
    await theatre.django.killDaphne();
    await until(client, () => client.snapshot.connection.status !== 'open');
    const late = client.send('said while it was away');
    await theatre.django.restartDaphne();
    await Promise.all([...sent, late].map(({ acked }) => acked));
    // Whatever was posted twice under two keys would be answered twice, before this.
    await client.send('the end').acked;
    await until(client, () => hasHeard(client, ['You said: the end']));

    const said = [...words, 'said while it was away', 'the end'].map((word) => `You said: ${word}`);
    expect([...answersIn(client)].sort()).toEqual(['You said: open', ...said].sort());
  });
});

/** `fetch` of a page: with its cookies. Notes the tokens that were had. */
function asBrowser(visitor: Visitor, tokens: string[]): Fetch {
  return async (path, { method = 'GET', body }) => {
    const { status, json } = await visitor.ask(path, { method, body: JSON.parse(String(body)) });
    if (typeof json['access'] === 'string') tokens.push(json['access']);
    return new Response(JSON.stringify(json), { status });
  };
}

const answersIn = ({ snapshot }: ChatSocketClient) =>
  snapshot.messages.filter(({ sender }) => sender.role === 'assistant').map(({ content }) => content);

const hasHeard = (client: ChatSocketClient, answers: readonly string[]) =>
  answers.every((answer) => answersIn(client).includes(answer));

const isStopped = ({ snapshot: { connection } }: ChatSocketClient) =>
  connection.status === 'closed' && connection.reason === 'stopped';
