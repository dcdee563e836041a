/** Questions that a socket took with it, on a wire without ids: each is asked again, in its order, and none is taken for another. */
import { describe, expect, test } from 'vitest';
import { createAssistantWorld as createWorld, shown } from './assistant-world.js';

describe('a question that was lost', () => {
  test('DS-5 I4 is asked before those that came after it, though one before it has expired', async () => {
    const { client, clock, transport, server } = await createWorld();
    transport.connections[0]?.blackhole('to-server');
    client.send('expires on its way', { ttlMs: 1_000 });
    await clock.advance(2_000);
    client.send('first');
    await clock.advance(100);
    client.send('second');
    transport.connections[0]?.dropAbruptly();
    await clock.advance(30_000);

    expect(server.accepted).toEqual(['first', 'second']);
    client.dispose();
  });

  test('DS-5 I5 is not found in words of before a logout, that stand before what was asked since', async () => {
    const { client, clock, transport, server } = await createWorld();
    await client.send('the same words').acked;
    await client.logout();
    server.hasHistory = false;
    client.connect();
    await clock.advance(10_000);
    client.send('others');
    await clock.advance(1_000);
    transport.connections.at(-1)?.blackhole('to-server');
    client.send('the same words');
    await clock.advance(1_000);

    transport.connections.at(-1)?.dropAbruptly();
    server.hasHistory = true;
    await clock.advance(30_000);

    expect(server.accepted).toEqual(['the same words', 'others', 'the same words']);
    expect(shown(client)).toEqual(['me: the same words (sent)', 'me: others (sent)', 'me: the same words (sent)']);
    client.dispose();
  });
});
