/** The thread family, over a model of its server: posts that are repeated and answers that come as they like. */
import { describe, expect, test } from 'vitest';
import { createThreadWorld as createWorld, listen, shown } from './thread-world.js';

describe('a chat that posts over HTTP and answers over the socket', () => {
  test('posts with the token of the socket, and shows the answer after its question', async () => {
    const { client, clock, server } = await createWorld();
    const outgoing = client.send('Hello');
    await clock.advance(100);
    server.reply({ text: 'You said: Hello', inReplyTo: outgoing.id, sequence: 1 });
    await clock.advance(100);

    expect(client.snapshot.connection.status).toBe('open');
    expect(outgoing.status).toBe('sent');
    expect(server.posts).toMatchObject([{ message: 'Hello', authorization: 'Bearer token-1' }]);
    expect(shown(client)).toEqual(['Hello', 'You said: Hello']);
    expect(client.snapshot.messages[1]?.inReplyTo).toBe(outgoing.id);
    expect(server.acks).toEqual(['answer-You said: Hello']);
    client.dispose();
  });

  test('DS-3 repeats a post whose answer was lost under the same key, and the message is there once', async () => {
    const { client, clock, server } = await createWorld();
    server.answers.push('lost', 'unreachable', { status: 503, retryAfterMs: 2_000 }, { status: 429 });
    const outgoing = client.send('once');
    await clock.advance(120_000);

    expect(outgoing.status).toBe('sent');
    expect(server.messages).toEqual(['once']);
    expect(new Set(server.posts.map((post) => post.client_msg_id)).size).toBe(1);
    expect(server.posts.length).toBe(4);
    client.dispose();
  });

  test('fails a message that the server will never take, alone', async () => {
    const { client, clock, server } = await createWorld();
    server.answers.push({ status: 400 });
    const bad = client.send('bad');
    const good = client.send('good');
    await clock.advance(5_000);

    expect([bad.status, good.status]).toEqual(['failed', 'sent']);
    expect(client.snapshot.messages.find(({ content }) => content === 'bad')?.error?.code).toBe('delivery/refused');
    client.dispose();
  });

  test('UP-07 renews the token once for a 401 and posts again', async () => {
    const { client, clock, server, transport } = await createWorld();
    server.answers.push({ status: 401 });
    const outgoing = client.send('expired');
    await clock.advance(10_000);

    expect(outgoing.status).toBe('sent');
    expect(transport.tokens).toEqual(['token-1', 'token-2']);
    expect(server.posts.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    client.dispose();
  });

  test('says so when the server took a message to another thread', async () => {
    const { client, clock, server } = await createWorld();
    server.threadId = 'thread-2';
    const outgoing = client.send('astray');
    await clock.advance(1_000);

    expect(outgoing.status).toBe('failed');
    expect(client.snapshot.messages[0]?.error?.code).toBe('delivery/wrong-conversation');
    client.dispose();
  });

  test('takes a reply that comes before the answer to its post for the proof that it is', async () => {
    const { client, clock, server } = await createWorld();
    server.answers.push('lost');
    const outgoing = client.send('early');
    server.reply({ text: 'already', inReplyTo: outgoing.id });
    await clock.advance(60_000);

    expect(outgoing.status).toBe('sent');
    expect(shown(client)).toEqual(['early', 'already']);
    expect(server.messages).toEqual(['early']);
    client.dispose();
  });

  test('DS-5 shows a doubled delivery and a retry under another id once, and acks both again', async () => {
    const { client, clock, server } = await createWorld();
    const outgoing = client.send('twice');
    await clock.advance(100);
    const reply = { text: 'the answer', inReplyTo: outgoing.id };
    server.reply({ ...reply, id: 'a', sequence: 1 });
    server.reply({ ...reply, id: 'a', sequence: 1 });
    server.reply({ ...reply, id: 'b', sequence: 2 });
    server.reply({ text: 'the next', id: 'c', sequence: 3 });
    await clock.advance(5_000);

    expect(shown(client)).toEqual(['twice', 'the answer', 'the next']);
    expect(server.acks).toEqual(['a', 'a', 'b', 'c']);
    client.dispose();
  });

  test('orders by sequence, from wherever the thread is, and passes over what is missing', async () => {
    const { client, clock, server } = await createWorld();
    const gaps = listen(client, 'gap-detected');
    server.reply({ text: '8', sequence: 8 });
    server.reply({ text: '7', sequence: 7 });
    await clock.advance(1_000);
    server.reply({ text: '10', sequence: 10 });
    server.reply({ text: '9', sequence: 9 });
    server.reply({ text: '13', sequence: 13 });
    await clock.advance(100);
    const waiting = shown(client);
    await clock.advance(1_000);

    expect(waiting).toEqual(['7', '8', '9', '10']);
    expect(shown(client)).toEqual(['7', '8', '9', '10', '13']);
    expect(gaps).toMatchObject([{ fromSeq: 5, toSeq: 6 }]);
    client.dispose();
  });

  test('tells after a reconnect what it missed, for nothing can be fetched', async () => {
    const { client, clock, server, transport } = await createWorld();
    const gaps = listen(client, 'gap-detected');
    server.reply({ text: '1', sequence: 1 });
    await clock.advance(100);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10_000);
    server.reply({ text: '3', sequence: 3 });
    await clock.advance(5_000);

    expect(shown(client)).toEqual(['1', '3']);
    expect(gaps).toMatchObject([{ fromSeq: 2, toSeq: 2 }]);
    client.dispose();
  });

  test.each([
    ['without a number', undefined],
    ['with its number', 1],
  ])('RX-1 UP-04 shows an answer %s that ends the wait of a handover', async (_case, sequence) => {
    const { client, clock, server, transport } = await createWorld();
    server.answers.push('never');
    const outgoing = client.send('Hello');
    await clock.advance(100);
    client.reconnect();
    await clock.advance(100);
    const { length } = transport.connections;
    server.reply({ text: 'You said: Hello', inReplyTo: outgoing.id, ...(sequence !== undefined && { sequence }) });
    await clock.advance(1_000);

    expect(length).toBe(2);
    expect(outgoing.status).toBe('sent');
    expect(transport.liveCount).toBe(1);
    expect(shown(client)).toEqual(['Hello', 'You said: Hello']);
    client.dispose();
  });

  test('shows a failed task as an answer that is still to come, until it comes', async () => {
    const { client, clock, server } = await createWorld();
    const outgoing = client.send('hard');
    await clock.advance(100);
    server.say({ type: 'chat_error', event: 'task_failed', error: 'no', message: { in_reply_to: outgoing.id } });
    await clock.advance(1_000);
    const retrying = client.snapshot.messages.map(({ content, stream }) => [content, stream]);
    const wasResponding = client.snapshot.isResponding;
    server.reply({ text: 'at last', inReplyTo: outgoing.id });
    await clock.advance(1_000);

    expect(retrying).toEqual([
      ['hard', null],
      ['', 'streaming'],
    ]);
    expect(wasResponding).toBe(true);
    expect(shown(client)).toEqual(['hard', 'at last']);
    client.dispose();
  });

  test('UP-01 does not take the silence of a server that never answered a ping for its death', async () => {
    const { client, clock, transport } = await createWorld();
    await clock.advance(300_000);

    expect(client.snapshot.connection.status).toBe('open');
    expect(transport.connections.length).toBe(1);
    client.dispose();
  });

  test('UP-09 sends while no socket can be had', async () => {
    const { client, clock, server, transport } = await createWorld();
    server.isRefusing = true;
    transport.connections[0]?.dropAbruptly();
    await clock.advance(30_000);
    const outgoing = client.send('by HTTP alone');
    await clock.advance(1_000);
    const status = outgoing.status;
    server.isRefusing = false;
    await clock.advance(60_000);

    expect(status).toBe('sent');
    expect(server.messages).toEqual(['by HTTP alone']);
    expect(transport.liveCount).toBe(1);
    client.dispose();
  });

  test('UP-03 UP-08 has a socket again although tokens were refused for a while when one was tried', async () => {
    const { client, clock, server, transport } = await createWorld();
    server.isRefusing = true;
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10_000);
    server.isRefusing = false;
    server.isRefusingTokens = true;
    await clock.advance(30_000);
    const dials = transport.connections.length;
    await clock.advance(600_000);
    const dialsMore = transport.connections.length - dials;
    const { status } = client.snapshot.connection;
    server.isRefusingTokens = false;
    await clock.advance(70_000);

    expect(status).toBe('open');
    expect(dialsMore).toBeLessThanOrEqual(10);
    expect(transport.liveCount).toBe(1);
    client.dispose();
  });

  test('shows who is typing', async () => {
    const { client, clock, server } = await createWorld();
    server.say({ type: 'chat_status', event: 'typing', value: true, correlation_id: '1' });
    await clock.advance(100);
    const before = client.snapshot.typing.map(({ id }) => id);
    server.say({ type: 'chat_status', event: 'typing', value: false, correlation_id: '1' });
    await clock.advance(100);

    expect(before).toEqual(['assistant']);
    expect(client.snapshot.typing).toEqual([]);
    client.dispose();
  });
});
