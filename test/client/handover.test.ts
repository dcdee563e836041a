/** A fresh connection takes over: what the user sees, what each of two sockets is told, and what comes back. */

import { describe, expect, test } from 'vitest';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { withoutRenewal } from '../support/without-renewal.js';
import { listen, watchEvents, watchSteps } from './chat-log.js';
import { framesOf, openByHand } from './handing-over.js';

describe('a handover', () => {
  test('UP-03 by reconnect() is seen in the snapshot and told at its end, and the status stays open', async () => {
    const { client, server, clock, transport, assertClean } = await openByHand();
    const events = watchEvents(client);
    const { connection: before } = client.snapshot;

    client.reconnect();
    await clock.advance(0);
    const during = client.snapshot.connection;
    server.ready();
    await clock.advance(0);

    expect(during).toEqual({ ...before, handover: true });
    expect(client.snapshot.connection).toEqual({ ...before, recovered: 'full' });
    expect(events.map(({ name, payload }) => [name, payload])).toEqual([
      ['token-renewed', { expiresInMs: null }],
      ['handover-finished', { recovered: 'full' }],
    ]);
    expect(transport.tokens).toEqual(['token-1', 'token-2']);
    expect(transport.liveCount).toBe(1);
    await client.close();
    await assertClean();
  });

  test('asks the provider with its reason', async () => {
    const reasons: string[] = [];
    const { client, server, open, clock } = createTestClient({
      client: {
        protocol: withoutRenewal(),
        token: ({ reason }) => {
          reasons.push(reason);
          return `token-${reasons.length}`;
        },
      },
    });
    await open();

    client.reconnect();
    await clock.advance(40_000);
    server.warnTokenExpiring(60_000);
    await clock.advance(1_000);

    expect(reasons).toEqual(['first', 'manual', 'handover']);
    client.dispose();
  });

  test('UP-04 leaves the old socket in use until the new one has joined, whatever comes on which', async () => {
    const world = await openByHand();
    const { client, server, clock, transport } = world;
    const received = listen(client, 'message-received');
    client.reconnect();
    await clock.advance(0);
    const [old, fresh] = transport.connections;

    server.emit('while the new one is dialled');
    fresh?.accept();
    await clock.advance(0);
    client.send('still on the old one');
    server.ack();
    server.ready();
    server.emit('on both');
    await clock.advance(0);
    server.emit('on the new one');
    await clock.advance(0);

    expect(framesOf(world, 1, 'send_message')).toHaveLength(1);
    expect(framesOf(world, 2, 'send_message')).toEqual([]);
    expect(received.map(({ message }) => message.content)).toEqual([
      'while the new one is dialled',
      'on both',
      'on the new one',
    ]);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(server.log.map(({ content }) => content));
    expect(old?.end).toEqual({ code: 1000, reason: '' });
    client.dispose();
  });

  test('DS-3 waits for the acks of the old socket, and sends what comes after on the new one', async () => {
    const world = await openByHand();
    const { client, server, clock, transport } = world;
    const first = client.send('first');
    client.reconnect();
    await clock.advance(0);
    server.ready();
    await clock.advance(0);

    const second = client.send('second');
    await clock.advance(500);
    const held = framesOf(world, 2, 'send_message').length;
    server.ack();
    await first.acked;
    await clock.advance(0);
    server.ack();
    await second.acked;

    expect(held).toBe(0);
    expect(framesOf(world, 1, 'send_message')).toHaveLength(1);
    expect(framesOf(world, 2, 'send_message')).toHaveLength(1);
    expect(server.log.map(({ content }) => content)).toEqual(['first', 'second']);
    expect(transport.liveCount).toBe(1);
    client.dispose();
  });

  test('DS-4 MT-7 sends again on the new socket what the old one has not answered after two seconds', async () => {
    const world = await openByHand();
    const { client, server, clock, transport } = world;
    client.send('first');
    client.send('second');
    client.reconnect();
    await clock.advance(0);
    server.ready();

    await clock.advance(1_999);
    const before = [framesOf(world, 2, 'send_message').length, transport.liveCount];
    await clock.advance(1);
    const resent = framesOf(world, 2, 'send_message').length;
    while (server.pending.length > 0) server.ack();
    await clock.advance(0);

    expect(before).toEqual([0, 2]);
    expect(resent).toBe(2);
    expect(transport.liveCount).toBe(1);
    expect(server.log.map(({ content }) => content)).toEqual(['first', 'second']);
    expect(client.outbox.list()).toEqual([]);
    client.dispose();
  });

  test('DS-4 leaves to the user what a server without deduplication has not answered', async () => {
    const { client, server, clock, transport } = createTestClient({ server: { mode: 'manual', dialect: 'base' } });
    client.connect();
    await clock.advance(0);
    server.ready();
    await clock.advance(0);
    client.send('perhaps there');
    client.reconnect();
    await clock.advance(0);
    server.ready();

    await clock.advance(2_000);

    expect(client.outbox.list()).toMatchObject([{ status: 'unconfirmed' }]);
    expect(transport.connections[1]?.received.filter((text) => text.includes('send_message'))).toEqual([]);
    client.dispose();
  });
});

describe('a successor', () => {
  test.each<[string, (world: TestWorld) => unknown]>([
    ['is refused', ({ server }) => server.connection.rejectHandshake()],
    [
      'opens and ends',
      ({ server }) => {
        server.connection.accept();
        server.connection.dropAbruptly();
      },
    ],
    ['says nothing', ({ clock }) => clock.advance(10_000)],
    [
      'is not joined in time',
      ({ server, clock }) => {
        server.ignore('join_conversation');
        server.ready();
        return clock.advance(10_000);
      },
    ],
  ])('UP-03 that %s leaves everything as it is, and another one comes', async (_what, fail) => {
    const world = await openByHand();
    const { client, server, clock, transport } = world;
    const steps = watchSteps(client);
    client.reconnect();
    await clock.advance(0);

    await fail(world);
    await clock.advance(0);
    const between = client.snapshot.connection;
    const sent = client.send('on the old one');
    server.ack();
    await sent.acked;
    await clock.advance(1_000);
    server.ready();
    await clock.advance(0);

    expect(between).toMatchObject({ status: 'open', handover: false });
    expect(steps).toEqual([]);
    expect(transport.connections).toHaveLength(3);
    expect(transport.connections.map(({ isLive }) => isLive)).toEqual([false, false, true]);
    client.dispose();
  });

  test('CN-8 is the next attempt when the old socket ends, without another dial', async () => {
    const { client, server, clock, transport } = await openByHand();
    const steps = watchSteps(client);
    client.reconnect();
    await clock.advance(0);

    transport.connections[0]?.dropAbruptly();
    await clock.advance(0);
    server.ready();
    await clock.advance(0);

    expect(steps).toEqual(['dialing', 'joining', 'open']);
    expect(transport.connections).toHaveLength(2);
    client.dispose();
  });

  test('C14 that is refused for ever costs at most 12 dials a minute, while the old one serves', async () => {
    const { client, server, clock, transport } = await openByHand();
    const steps = watchSteps(client);
    const dials: number[] = [];
    transport.onConnection(() => {
      dials.push(clock.nowMs());
      server.connection.rejectHandshake();
    });

    server.announceRestart(0);
    server.announceRestart(0);
    await clock.advance(120_000);

    const worst = Math.max(
      ...dials.map((atMs) => dials.filter((other) => other >= atMs && other < atMs + 60_000).length),
    );
    expect(dials.length).toBeGreaterThan(5);
    expect(worst).toBeLessThanOrEqual(12);
    expect(steps).toEqual([]);
    client.dispose();
  });
});

describe('an end during a handover', () => {
  test.each<[string, (world: TestWorld) => unknown]>([
    ['close()', ({ client }) => client.close()],
    ['logout()', ({ client }) => client.logout()],
    ['dispose()', ({ client }) => client.dispose()],
  ])('I8 UP-24 by %s leaves neither socket, in any phase', async (_what, end) => {
    for (let phase = 0; phase < 5; phase += 1) {
      const world = await openByHand();
      const { client, server, clock, transport, assertClean } = world;
      client.send('unanswered');
      client.reconnect();
      if (phase > 0) await clock.advance(0);
      if (phase > 1) server.connection.accept();
      if (phase > 2) await clock.advance(0);
      if (phase > 3) server.ready();
      if (phase > 3) await clock.advance(0);

      const ended = Promise.resolve(end(world));
      await clock.advance(3_000);
      await ended;

      expect(transport.liveCount, `phase ${phase}`).toBe(0);
      await assertClean();
    }
  });
});
