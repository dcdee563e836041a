/** Traps of the thread family: numbers that come late or twice, and workers that fail. */
import { describe, expect, test } from 'vitest';
import { streamingProtocol, threadProtocol } from '../../src/protocols/index.js';
import { assertClean } from '../../src/testing/index.js';
import { createThreadWorld, listen, shown } from './thread-world.js';

describe('numbers', () => {
  test('DS-4 an answer that comes after its gap was given up is shown all the same', async () => {
    const { client, clock, server } = await createThreadWorld();
    const gaps = listen(client, 'gap-detected');
    server.reply({ text: '1', sequence: 1 });
    server.reply({ text: '3', sequence: 3 });
    await clock.advance(5_000);
    server.reply({ text: '2', sequence: 2 });
    server.reply({ text: '2', sequence: 2 });
    server.reply({ text: '4', sequence: 4 });
    await clock.advance(5_000);

    expect(gaps).toMatchObject([{ fromSeq: 2, toSeq: 2 }]);
    expect([...shown(client)].sort()).toEqual(['1', '2', '3', '4']);
    client.dispose();
  });

  test('DS-4 an answer that waits for a number when the connection is lost is shown', async () => {
    const { client, clock, server, transport } = await createThreadWorld();
    server.reply({ text: '1', sequence: 1 });
    await clock.advance(100);
    server.reply({ text: '3', sequence: 3 });
    await clock.advance(100);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10_000);
    server.reply({ text: '4', sequence: 4 });
    await clock.advance(5_000);

    expect(shown(client)).toEqual(['1', '3', '4']);
    client.dispose();
  });

  test('DS-4 an answer that waits for the first number when the connection is lost is shown', async () => {
    const { client, clock, server, transport } = await createThreadWorld();
    server.reply({ text: '7', sequence: 7 });
    await clock.advance(100);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10_000);

    expect(shown(client)).toEqual(['7']);
    client.dispose();
  });

  test('a number that a server gives twice costs no answer', async () => {
    const { client, clock, server } = await createThreadWorld();
    for (const sequence of [1, 2, 3]) server.reply({ text: `old ${sequence}`, sequence });
    await clock.advance(1_000);
    for (const sequence of [1, 2]) server.reply({ text: `new ${sequence}`, sequence });
    await clock.advance(5_000);

    expect(shown(client)).toEqual(['old 1', 'old 2', 'old 3', 'new 1', 'new 2']);
    client.dispose();
  });
});

test('DS-10 after a logout nothing comes again of what was shown before it', async () => {
  const { client, clock, server } = await createThreadWorld();
  const received = listen(client, 'message-received');
  server.reply({ text: 'a secret', sequence: 1 });
  await clock.advance(100);
  void client.logout();
  await clock.advance(5_000);

  client.connect();
  await clock.advance(5_000);
  server.reply({ text: 'news', sequence: 2 });
  await clock.advance(5_000);

  expect(received.map(({ message }) => message.content)).toEqual(['a secret', 'news']);
  expect(shown(client)).toEqual(['news']);
  client.dispose();
});

test('I6 a thread that was left and is joined again tells nothing a second time, and goes on', async () => {
  const { client, clock, server } = await createThreadWorld();
  const received = listen(client, 'message-received');
  server.reply({ text: 'before', sequence: 1 });
  await clock.advance(100);
  client.conversation('thread-1').leave();
  await clock.advance(100);

  client.conversation('thread-1');
  await clock.advance(1_000);
  server.reply({ text: 'after', sequence: 2 });
  await clock.advance(5_000);

  expect(received.map(({ message }) => message.content)).toEqual(['before', 'after']);
  client.dispose();
});

test('I8 a client that is closed by whoever hears that it is open leaves nothing behind, with HTTP alone too', async () => {
  const { client, clock, server, transport, pageSignals } = await createThreadWorld();
  server.isRefusing = true;
  transport.connections[0]?.dropAbruptly();
  client.on('status-changed', ({ connection }) => {
    if (connection.status === 'connecting' && connection.phase === 'joining') client.dispose();
  });
  await clock.advance(30_000);

  expect(client.snapshot.connection.status).toBe('closed');
  await assertClean({ transport, clock, pageSignals });
});

describe('a task that failed', () => {
  const MINUTE_MS = 60_000;

  async function failedTask() {
    const world = await createThreadWorld();
    const { client, clock, server } = world;
    const outgoing = client.send('hard');
    await clock.advance(100);
    const fail = () => server.say({ event: 'task_failed', error: 'no', message: { in_reply_to: outgoing.id } });
    const answer = () => client.snapshot.messages.slice(1).map(({ content, stream }) => [content, stream]);
    fail();
    return { ...world, outgoing, fail, answer };
  }

  test('shows as retrying, then as stalled, and as failed only then', async () => {
    const { client, clock, answer } = await failedTask();
    const ended = listen(client, 'stream-ended');
    await clock.advance(MINUTE_MS / 2);
    const early = answer();
    await clock.advance(2 * MINUTE_MS);
    const late = answer();
    await clock.advance(3 * MINUTE_MS);

    expect([early, late, answer()]).toEqual([[['', 'streaming']], [['', 'stalled']], [['', 'failed']]]);
    expect(ended).toMatchObject([{ status: 'failed' }]);
    client.dispose();
  });

  test('is waited for longer, the longer the server waits between its tries', async () => {
    const { client, clock, fail, answer } = await failedTask();
    await clock.advance(4 * MINUTE_MS);
    fail();
    await clock.advance(100);
    const revived = answer();
    await clock.advance(11 * MINUTE_MS);
    const waiting = answer();
    await clock.advance(2 * MINUTE_MS);

    expect([revived, waiting, answer()]).toEqual([[['', 'streaming']], [['', 'stalled']], [['', 'failed']]]);
    client.dispose();
  });

  test('is retrying again if the server fails once more after it was given up, and answered if it answers', async () => {
    const { client, clock, server, outgoing, fail, answer } = await failedTask();
    await clock.advance(10 * MINUTE_MS);
    fail();
    await clock.advance(100);
    const again = answer();
    await clock.advance(10 * MINUTE_MS);
    server.reply({ text: 'at last', inReplyTo: outgoing.id });
    await clock.advance(100);

    expect(again).toEqual([['', 'streaming']]);
    expect(answer()).toEqual([['at last', 'done']]);
    client.dispose();
  });

  test('is given up even if the connection was lost meanwhile', async () => {
    const { client, clock, transport, answer } = await failedTask();
    await clock.advance(100);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10 * MINUTE_MS);

    expect(answer()).toEqual([['', 'failed']]);
    client.dispose();
  });
});

test('UP-07 a second 401 in a row, for a fresh token, stops with an explanation; the message stays', async () => {
  const { client, clock, server, transport } = await createThreadWorld();
  server.answers.push({ status: 401 }, { status: 401 });
  const outgoing = client.send('expired');
  await clock.advance(60_000);

  expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'stopped' });
  expect(client.explain().text).toContain('the server refused the token (code 4401). Sign in again');
  expect(transport.tokens).toEqual(['token-1', 'token-2']);
  expect(outgoing.status).not.toBe('failed');
  client.connect();
  await clock.advance(1_000);
  expect(outgoing.status).toBe('sent');
  client.dispose();
});

test('UP-09 handshakes that are refused are diagnosed before posts go without a socket', async () => {
  const { client, clock, server, transport } = await createThreadWorld();
  const errors = listen(client, 'error');
  server.isRefusing = true;
  transport.connections[0]?.dropAbruptly();
  await clock.advance(0);
  for (let second = 0; second < 30 && client.snapshot.connection.status !== 'open'; second += 1) {
    await clock.advance(1_000);
  }

  expect(errors.map(({ error }) => error.code)).toEqual(['connection/refused']);
  expect(client.snapshot.connection.status).toBe('open');
  client.dispose();
});

test('a server may call everything by other names, in what is posted and deep in a frame too', async () => {
  const names = {
    events: { assistant_message: 'reply' },
    fields: {
      event: 'kind',
      payload: 'body',
      text: 'words',
      in_reply_to: 'question',
      queued_message_id: 'reply_id',
      message_id: 'got',
      client_msg_id: 'key',
      thread_id: 'room',
      message: 'said',
    },
  };
  const posted: unknown[] = [];
  const { client, clock, server, transport } = await createThreadWorld({
    protocol: threadProtocol({ names }),
    http: ({ body }) => {
      posted.push(JSON.parse(body ?? ''));
      const answer = { status: 202, retryAfterMs: null, body: '{"room":"thread-2"}' };
      return { answer: Promise.resolve(answer), cancel: () => {} };
    },
  });
  const outgoing = client.send('Hello');
  await clock.advance(100);
  server.say({ kind: 'reply', body: { words: 'Hi', rich: { text: 'kept' } }, meta: { question: 'q', reply_id: 'r' } });
  await clock.advance(100);

  expect(posted).toEqual([{ said: 'Hello', room: 'thread-1', key: outgoing.id }]);
  expect(client.snapshot.messages.at(-1)?.error?.code).toBe('delivery/wrong-conversation');
  expect(client.snapshot.messages[0]).toMatchObject({
    content: 'Hi',
    inReplyTo: 'q',
    metadata: { rich: { text: 'kept' } },
  });
  expect(transport.connections[0]?.received).toContain('{"type":"message_ack","got":"r"}');
  client.dispose();
});

test.each<[name: string, make: (options: never) => unknown]>([
  ['threadProtocol', threadProtocol],
  ['streamingProtocol', streamingProtocol],
])('a misspelt option of %s is refused with the names of those that there are', (_name, make) => {
  // Safe: JavaScript callers can hand in what the types forbid.
  const misspelt = () => make({ tokenin: 'none' } as never);

  expect(misspelt).toThrow(expect.objectContaining({ code: 'usage/invalid-option' }));
  expect(misspelt).toThrow(/tokenin: it has to be one of tokenIn, /);
});

test.each(['subprotocol', 'first-frame', { query: '?' }])('a token cannot travel in %j', (tokenIn) => {
  // Safe: JavaScript callers can hand in what the types forbid.
  const make = () => threadProtocol({ tokenIn: tokenIn as never });

  expect(make).toThrow(expect.objectContaining({ code: 'usage/invalid-option' }));
});
