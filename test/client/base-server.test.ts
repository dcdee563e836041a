/** Servers of the base family: no numbers, no deduplication, no order of windows. */
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, outcomeOf, sentFrames, sentTexts } from './chat-log.js';

const RETRY_MS = 6_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

function createBaseWorld(mode: 'manual' | 'auto' = 'auto') {
  return createTestClient({ server: { dialect: 'base', mode } });
}

describe('a server that does not deduplicate', () => {
  test('DS-9 gets the second message of a conversation only after the ack of the first', async () => {
    const { client, server, open, clock } = createBaseWorld('manual');
    await open();
    server.ready();
    await clock.advance(0);
    client.send('one');
    client.send('two');
    client.conversation('elsewhere').send('beside');

    await clock.advance(1_000);
    const before = sentTexts(server.connection);
    server.ack();
    await clock.advance(1_000);

    expect(before).toEqual(['one', 'beside']);
    expect(sentTexts(server.connection)).toEqual(['one', 'beside', 'two']);
    client.dispose();
  });

  test('UP-05 DS-6 DS-8 is not sent again what may be there: the message is unconfirmed', async () => {
    const { client, server, open, transport, clock } = createBaseWorld();
    const failures = listen(client, 'message-failed');
    await open();
    await transport.nextConnection();
    server.connection.blackhole('to-server');
    const outgoing = client.send('lost');

    server.connection.dropAbruptly();
    const second = await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(60_000);

    expect(outgoing.status).toBe('unconfirmed');
    expect(client.snapshot.messages.map(({ content, delivery }) => [content, delivery])).toEqual([
      ['lost', 'unconfirmed'],
    ]);
    expect(client.snapshot.outbox).toEqual({ queued: 0, inFlight: 1, failed: 0 });
    expect(sentTexts(second)).toEqual([]);
    expect(failures).toEqual([]);
    expect(await outcomeOf(outgoing.acked)).toBe('pending');
    client.dispose();
  });

  test('UP-05 DS-7 F10 settles it through its history: nothing is doubled', async () => {
    const { client, server, open, transport, clock } = createBaseWorld();
    await open();
    await transport.nextConnection();
    server.connection.blackhole('to-client');
    const outgoing = client.send('stored');
    const { key } = client.snapshot.messages[0] ?? {};

    server.connection.dropAbruptly();
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    expect(await outcomeOf(outgoing.acked)).toBe('resolved');
    expect(contents(server.log)).toEqual(['stored']);
    expect(client.snapshot.messages.map((row) => [row.key, row.content, row.delivery])).toEqual([
      [key, 'stored', 'sent'],
    ]);
  });

  test('UP-05 is sent it again with the same id when the user asks for it', async () => {
    const { client, server, open, transport, clock } = createBaseWorld();
    await open();
    await transport.nextConnection();
    server.connection.blackhole('to-server');
    const outgoing = client.send('lost');
    server.connection.dropAbruptly();
    const second = await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    const isRetried = client.outbox.retry(outgoing.id);
    const isRetriedTwice = client.outbox.retry(outgoing.id);
    await clock.advance(1_000);

    expect([isRetried, isRetriedTwice]).toEqual([true, false]);
    expect(sentFrames(second, 'send_message').map(({ messageId }) => messageId)).toEqual([outgoing.id]);
    expect(await outcomeOf(outgoing.acked)).toBe('resolved');
    expect(contents(server.log)).toEqual(['lost']);
  });

  test('UP-29 goes on with the messages behind an unconfirmed one', async () => {
    const { client, server, open, transport, clock } = createBaseWorld();
    await open();
    await transport.nextConnection();
    server.connection.blackhole('to-server');
    client.send('lost');
    client.send('behind');

    server.connection.dropAbruptly();
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(1_000);

    expect(contents(server.log)).toEqual(['behind']);
    expect(client.outbox.list().map(({ content, status }) => [content, status])).toEqual([['lost', 'unconfirmed']]);
    client.dispose();
  });

  test('F29 a frame that is too big is blamed on the message of that connection, never on an older one', async () => {
    const { client, server, open, transport, clock } = createBaseWorld();
    await open();
    await transport.nextConnection();
    server.connection.blackhole('to-server');
    const older = client.send('big, but of an earlier connection');
    server.connection.dropAbruptly();
    const second = await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);
    second.blackhole('to-server');
    const newer = client.send('small');

    second.close(1009);
    await clock.advance(100);

    expect(await outcomeOf(newer.acked)).toBe('delivery/too-big');
    expect(older.status).toBe('unconfirmed');
    client.dispose();
  });
});

test('a base server shows own messages and those of others once each, in its order', async () => {
  const { client, server, open, transport, clock } = createBaseWorld();
  await open();
  await transport.nextConnection();
  client.send('mine');
  server.emit('theirs');
  await clock.advance(50);
  server.connection.dropAbruptly();
  server.emit('missed');
  const received = listen(client, 'message-received');

  await transport.nextConnection({ withinMs: RETRY_MS });
  server.emit('after');
  await clock.advance(100);

  expect(contents(client.snapshot.messages)).toEqual(['mine', 'theirs', 'missed', 'after']);
  expect(received.map(({ message }) => message.content)).toEqual(['missed', 'after']);
});
