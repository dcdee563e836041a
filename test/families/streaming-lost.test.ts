/** Questions that a socket took with it, on a wire without ids: each is asked again, in its order, and none is taken for another. */
import { describe, expect, test } from 'vitest';
import { createAssistantWorld as createWorld } from './assistant-world.js';

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
});
