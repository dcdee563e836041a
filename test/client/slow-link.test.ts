/** A link on which everything takes its time, and nothing is lost. */

import { describe, expect, test } from 'vitest';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { sentFrames, sentTexts } from './chat-log.js';

/** What 10,000 bytes take at 32 kbit/s. */
const MESSAGE_MS = 2_700;
const RETRY_MS = 1_000;

async function openWorld(): Promise<TestWorld> {
  const world = createTestClient({ server: { mode: 'manual' } });
  await world.open();
  await world.transport.nextConnection();
  world.server.ready();
  await world.clock.advance(0);
  return world;
}

describe('F14 a connection on a slow link', () => {
  test('is kept while the acks of a window come one by one, however long the last one takes', async () => {
    const { client, server, clock, transport } = await openWorld();
    const sends = Array.from({ length: 8 }, (_, index) => client.send(`message ${index}`));

    for (const { id } of sends) {
      await clock.advance(MESSAGE_MS);
      server.ack(id);
    }
    await clock.advance(0);

    expect(transport.connections).toHaveLength(1);
    expect(sends.map(({ status }) => status)).toEqual(sends.map(() => 'sent'));
    expect(client.metrics().lossesByKind).toEqual({});
    client.dispose();
  });

  test('is kept while what others say holds up the first ack and the pong', async () => {
    const { client, server, clock, transport } = await openWorld();
    server.ignore('ping', 100);
    const outgoing = client.send('behind all of it');

    for (let count = 0; count < 12; count += 1) {
      await clock.advance(MESSAGE_MS);
      server.emit(`theirs ${count}`);
    }
    server.ack(outgoing.id);
    server.sendFrame({ type: 'pong' });
    await clock.advance(0);

    expect(transport.connections).toHaveLength(1);
    expect(outgoing.status).toBe('sent');
    expect(sentFrames(server.connection, 'ping').length).toBeGreaterThan(0);
    client.dispose();
  });

  test('DS-8 is given up for a message that is passed over while those after it are acked', async () => {
    const { client, server, clock, transport } = await openWorld();
    const lost = client.send('passed over');

    for (let count = 0; count < 5; count += 1) {
      const { id } = client.send(`message ${count}`);
      await clock.advance(MESSAGE_MS);
      server.ack(id);
    }
    await clock.advance(500);
    const isKept = server.connection.isLive;
    await clock.advance(0);
    await transport.nextConnection({ withinMs: RETRY_MS });
    server.ready();
    await clock.advance(0);

    expect(isKept).toBe(false);
    expect(client.metrics().lossesByKind).toEqual({ 'ack-overdue': 1 });
    expect(sentTexts(server.connection)).toEqual(['passed over']);
    expect(lost.status).toBe('sending');
    client.dispose();
  });
});
