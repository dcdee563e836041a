import { describe, expect, test } from 'vitest';
import { createTestClient, expectDials } from '../../src/testing/index.js';
import { listen, outcomeOf, refusalOf, sentTexts } from './chat-log.js';

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

describe('send() refuses', () => {
  test.each([
    ['DS-1 an empty text', '', undefined, 'delivery/empty: Cannot send: the content is empty.'],
    ['DS-1 a text of spaces', ' \n\t\u00a0', undefined, 'delivery/empty: Cannot send: the content is empty.'],
    [
      'DS-1 S6 UP-34 a text of 5,001 characters',
      'x'.repeat(5_001),
      undefined,
      'delivery/too-long: Cannot send: the content has 5001 characters, 5000 is the most.',
    ],
    [
      'DS-1 a number',
      7,
      undefined,
      'usage/invalid-argument: Cannot send: the content is of type number, not a string.',
    ],
    [
      'DS-1 an object that could become a text',
      Object('text'),
      undefined,
      'usage/invalid-argument: Cannot send: the content is of type object, not a string.',
    ],
    [
      'DS-1 metadata that holds itself',
      'x',
      { metadata: cycle },
      'usage/invalid-argument: Cannot send: the metadata cannot be written as JSON.',
    ],
    [
      'DS-1 metadata with a BigInt',
      'x',
      { metadata: { big: 1n } },
      'usage/invalid-argument: Cannot send: the metadata cannot be written as JSON.',
    ],
    [
      'DS-1 metadata that is a function',
      'x',
      { metadata: () => 1 },
      'usage/invalid-argument: Cannot send: the metadata cannot be written as JSON.',
    ],
    [
      'DS-1 a signal that is aborted',
      'x',
      { signal: AbortSignal.abort() },
      'delivery/cancelled: Cannot send: the signal is aborted already.',
    ],
    [
      'DS-1 a signal that is none',
      'x',
      { signal: {} },
      'usage/invalid-argument: Cannot send: signal is no AbortSignal.',
    ],
    [
      'DS-1 an id to reply to that is none',
      'x',
      { inReplyTo: 7 },
      'usage/invalid-argument: Cannot send: inReplyTo is no string with something in it.',
    ],
    ['DS-1 options that are none', 'x', null, 'usage/invalid-argument: Cannot send: the options are no object.'],
  ])('%s, and keeps nothing', async (_what, ...[content, options, refusal]) => {
    const { client, open, server } = createTestClient();
    await open();
    const before = client.snapshot;

    // Callers without types hand in anything.
    const call = () => client.send(content as string, options as never);

    expect(refusalOf(call)).toBe(refusal);
    expect(client.outbox.list()).toEqual([]);
    expect(client.snapshot).toBe(before);
    expect(server.log).toEqual([]);
    expect(client.send('next').id).toBe('00000001-0000-4000-8000-000000000001');
  });

  test('DS-1 F78 one message more than the outbox holds, and takes it when there is room', async () => {
    const { client, open, clock } = createTestClient({ client: { outbox: { messagesMax: 2 } } });
    client.send('one');
    client.send('two');

    const refusal = refusalOf(() => client.send('three'));
    await open();
    const { acked } = client.send('three');
    await clock.advance(1_000);
    await acked;

    expect(refusal).toBe(
      'delivery/outbox-full: Cannot send: the outbox holds 2 messages. Wait for acks, or raise outbox.messagesMax.',
    );
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['one', 'two', 'three']);
  });

  test('DS-1 F78 more bytes than the outbox holds, counted as UTF-8', () => {
    const { client } = createTestClient({ client: { outbox: { bytesMax: 10 } } });
    client.send('äöü€');

    const refusal = refusalOf(() => client.send('xy'));

    expect(refusal).toBe(
      'delivery/outbox-full: Cannot send: the outbox holds as many of its 10 bytes as it can. Wait for acks, or raise outbox.bytesMax.',
    );
    expect(client.send('x').status).toBe('queued');
    expect(client.outbox.list().map(({ content }) => content)).toEqual(['äöü€', 'x']);
  });

  test('DS-1 a call without any conversation', () => {
    const { client } = createTestClient({ client: { conversationId: undefined as never } });

    expect(client.snapshot.messages).toEqual([]);
    expect(refusalOf(() => client.conversation(''))).toBe(
      'usage/invalid-argument: Cannot open a conversation: its id is no string of 1 to 200 characters.',
    );
  });

  test('DS-1 UP-22 everything once the client is disposed, by every handle', async () => {
    const { client } = createTestClient();
    const conversation = client.conversation('conversation-1');
    client.dispose();

    const refusals = [
      () => client.send('x'),
      () => conversation.send('x'),
      () => conversation.setTyping(true),
      () => conversation.markRead(),
      () => conversation.stopStream(),
      () => conversation.leave(),
      () => client.connect(),
      () => client.reconnect(),
      () => client.conversation('other'),
    ].map(refusalOf);

    expect(new Set(refusals)).toEqual(
      new Set(['usage/disposed: Cannot use this client: it was disposed. Make a new one.']),
    );
    await expect(conversation.loadOlder()).rejects.toMatchObject({ code: 'usage/disposed' });
    expect(client.outbox.list()).toEqual([]);
  });
});

describe('send() takes', () => {
  test.each([
    ['S6 exactly 5,000 characters', 'x'.repeat(5_000)],
    ['S6 5,000 characters of which none is ASCII', '語'.repeat(5_000)],
    ['S6 2,500 characters of two units', '😀'.repeat(2_500)],
  ])('%s', async (_what, content) => {
    const { client, open, server } = createTestClient();
    await open();

    await client.send(content).acked;

    expect(server.log.map((entry) => entry.content)).toEqual([content]);
  });

  test('half a character as U+FFFD, so that the copy of the server is the same', async () => {
    const { client, open, server } = createTestClient();
    await open();

    const outgoing = client.send('a\ud83d b');
    await outgoing.acked;

    expect(outgoing.content).toBe('a\ufffd b');
    expect(server.log[0]?.content).toBe('a\ufffd b');
    expect(client.snapshot.messages).toHaveLength(1);
  });

  test('DS-10 a message offline, and shows it before it returns', async () => {
    const { client, transport, open, server, clock } = createTestClient();
    let rowsWhenTold = 0;
    client.subscribe(() => {
      rowsWhenTold = client.snapshot.messages.length;
    });

    const outgoing = client.send('Hello', { metadata: { mood: 'good' }, inReplyTo: 'm-1' });

    expect(rowsWhenTold).toBe(1);
    expect(client.snapshot.messages[0]).toMatchObject({
      id: null,
      clientMessageId: outgoing.id,
      content: 'Hello',
      delivery: 'queued',
      metadata: { mood: 'good' },
      inReplyTo: 'm-1',
      sender: { role: 'self' },
      error: null,
    });
    expect(client.snapshot.outbox).toEqual({ queued: 1, inFlight: 0, failed: 0 });
    expectDials(transport, 0);
    const { key } = client.snapshot.messages[0] ?? {};
    await open();
    await clock.advance(50);
    expect(client.snapshot.messages[0]).toMatchObject({ key, delivery: 'sent', seq: 1, metadata: { mood: 'good' } });
    expect(server.log[0]).toMatchObject({ inReplyTo: 'm-1', metadata: { mood: 'good' } });
  });

  test('DS-2 a message in memory only, and says so at once', async () => {
    const { client } = createTestClient();

    const { persisted } = client.send('Hello');

    expect(await persisted).toEqual({ durable: false });
  });

  test('F59 messages while reconnecting and after close, for the next connection', async () => {
    const { client, open, server, transport, clock } = createTestClient();
    await open();
    server.connection.dropAbruptly();
    await transport.nextConnection();
    client.send('while reconnecting');
    await transport.nextConnection({ withinMs: 5_000 });
    await client.close();

    client.send('after close');
    await open();
    await clock.advance(1_000);

    expect(server.log.map(({ content }) => content)).toEqual(['while reconnecting', 'after close']);
  });

  test('F59 messages from within a listener, in their order', async () => {
    const { client, open, server, clock } = createTestClient();
    client.once('opened', () => {
      client.send('one');
      client.send('two');
    });
    let ackCount = 0;
    client.on('message-acked', () => {
      ackCount += 1;
      if (ackCount <= 2) client.send(`more ${ackCount}`);
    });

    await open();
    await clock.advance(2_000);

    expect(server.log.map(({ content }) => content)).toEqual(['one', 'two', 'more 1', 'more 2']);
  });

  test('a signal that is aborted later takes the message back, if no connection has it', async () => {
    const { client, open, server } = createTestClient();
    const abort = new AbortController();
    const failures = listen(client, 'message-failed');
    const outgoing = client.send('never', { signal: abort.signal });
    client.send('kept');

    abort.abort();
    await open();

    expect(await outcomeOf(outgoing.acked)).toBe('delivery/cancelled');
    expect(outgoing.status).toBe('cancelled');
    expect(failures.map(({ error }) => error.code)).toEqual(['delivery/cancelled']);
    expect(server.log.map(({ content }) => content)).toEqual(['kept']);
    expect(client.snapshot.outbox.failed).toBe(0);
  });

  test('UP-39 a signal of a hundred messages, and leaves no listener on it', async () => {
    const { client, open, clock } = createTestClient({ client: { outbox: { ratePerSecond: Infinity } } });
    await open();
    const abort = new AbortController();
    let listenerCount = 0;
    const { addEventListener, removeEventListener } = abort.signal;
    abort.signal.addEventListener = (...rest: Parameters<typeof addEventListener>) => {
      listenerCount += 1;
      addEventListener.apply(abort.signal, rest);
    };
    abort.signal.removeEventListener = (...rest: Parameters<typeof removeEventListener>) => {
      listenerCount -= 1;
      removeEventListener.apply(abort.signal, rest);
    };

    for (let count = 0; count < 100; count += 1) client.send(`m${count}`, { signal: abort.signal });
    await clock.advance(1_000);

    expect(client.outbox.list()).toEqual([]);
    expect(listenerCount).toBe(0);
  });

  test('DS-8 nothing on the wire before the hello and the joins are there', async () => {
    const { client, open, server, clock } = createTestClient({ server: { mode: 'manual' } });
    client.send('early');
    await open();
    server.connection.accept();
    await clock.advance(1_000);
    const before = sentTexts(server.connection);

    server.ready();
    await clock.advance(0);

    expect(before).toEqual([]);
    expect(sentTexts(server.connection)).toEqual(['early']);
  });
});
