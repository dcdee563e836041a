import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/create-test-client.js';
import { expectDials, expectSent } from '../../src/testing/expect-sent.js';

describe('createTestClient', () => {
  test('connects, sends, closes and leaves nothing behind', async () => {
    const { client, server, open, transport, assertClean } = createTestClient();

    await open();
    const outgoing = client.send('Hello');
    const receipt = await outgoing.acked;
    await client.close();

    expect(receipt).toMatchObject({ seq: 1, duplicate: false });
    expect(server.log.map(({ content }) => content)).toEqual(['Hello']);
    expect(transport.tokens).toEqual(['token-1']);
    await assertClean({ acked: outgoing.acked });
  });

  test('dials nothing before it is opened', async () => {
    const { transport, assertClean } = createTestClient();

    expectDials(transport, 0);
    await assertClean();
  });

  test('F25 shows a lost ack, a drop and the resend as one message, with a token for each dial', async () => {
    const { client, server, open, transport, assertClean } = createTestClient();
    await open();
    server.dropAck();
    const outgoing = client.send('once');

    server.connection.dropAbruptly();
    await transport.nextConnection();
    const second = await transport.nextConnection({ withinMs: 5_000 });
    const receipt = await outgoing.acked;
    await client.close();

    expect(second.number).toBe(2);
    expect(receipt).toMatchObject({ seq: 1 });
    expect(server.log.map(({ content }) => content)).toEqual(['once']);
    expect(transport.tokens).toEqual(['token-1', 'token-2']);
    await assertClean();
  });

  test('hands the conversation, the dialect and other options on', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { conversationId: 'elsewhere', outbox: { contentLengthMax: 3 } },
      server: { mode: 'manual', dialect: 'base' },
    });

    await open();
    server.ready();
    await clock.advance(0);

    expectSent(server.connection, { type: 'join_conversation', payload: { conversationId: 'elsewhere' } });
    expect(client.snapshot.connection.status).toBe('open');
    expect(() => client.send('four')).toThrow(expect.objectContaining({ code: 'delivery/too-long' }));
    client.dispose();
  });

  test('runs the same way twice with one seed', async () => {
    const run = async () => {
      const { server, open, transport, client, clock } = createTestClient({ seed: 42 });
      await open();
      await transport.nextConnection();
      server.connection.dropAbruptly();
      const startMs = clock.nowMs();
      await transport.nextConnection({ withinMs: 5_000 });
      client.dispose();
      return [clock.nowMs() - startMs, transport.transcript()];
    };

    expect(await run()).toEqual(await run());
  });

  test('UP-39 leaves nothing after a hundred clients that connected, lost the link and closed', async () => {
    for (let round = 0; round < 100; round += 1) {
      const { client, server, open, transport, assertClean } = createTestClient({ seed: round });
      await open();
      await transport.nextConnection();
      server.connection.dropAbruptly();
      await transport.nextConnection({ withinMs: 5_000 });
      await client.close();
      await assertClean();
    }
  });
});

describe('a server that is down', () => {
  test('refuses every dial until it is up, and then gets what was typed meanwhile', async () => {
    const { client, clock, server, transport, open, assertClean } = createTestClient();
    await open();
    server.emit('before');

    server.down();
    await clock.advance(5_000);
    const sent = client.send('typed in a tunnel');
    await clock.advance(30_000);
    const whileDown = [client.snapshot.connection.status, sent.status, transport.liveCount];
    const dials = transport.connections.length;
    server.up();
    await clock.advance(60_000);

    expect(whileDown).toEqual(['connecting', 'queued', 0]);
    expect(dials).toBeGreaterThan(2);
    expect(client.snapshot.connection.status).toBe('open');
    expect(server.log.map(({ content }) => content)).toEqual(['before', 'typed in a tunnel']);
    await client.close();
    await assertClean();
  });

  test('says in the words of the mock that a handshake was accepted already', async () => {
    const { client, transport, open } = createTestClient();
    const errors: string[] = [];
    client.on('error', ({ error }) => errors.push(`${error.code} ${error.message}`));
    transport.onConnection((connection) => connection.rejectHandshake());

    await open();

    expect(errors).toEqual([
      expect.stringMatching(/^usage\/listener-threw A listener of onConnection threw: .*reject/s),
    ]);
    expect(client.explain().text).toContain('A listener of onConnection threw');
    client.dispose();
  });
});
