import { describe, expect, test } from 'vitest';
import type { HeartbeatOptions } from '../../src/index.js';
import { createTestClient, expectDials, type TestWorld } from '../../src/testing/index.js';
import { sentFrames, watchSteps } from './chat-log.js';

/** Longer than any first retry. */
const RETRY_MS = 1_000;

type Wake = readonly [name: string, wake: (world: TestWorld) => void];

const WAKES: readonly Wake[] = [
  ['a page that is shown', ({ pageSignals }) => pageSignals.emit('visible')],
  ['a page from the back/forward cache', ({ pageSignals }) => pageSignals.emit('page-shown')],
  ['a device that resumes', ({ pageSignals }) => pageSignals.emit('resumed')],
  ['a network that comes back', ({ pageSignals }) => pageSignals.emit('online')],
  ['a window that gets the focus', ({ pageSignals }) => pageSignals.focus()],
];

describe('a link that is dead without a word', () => {
  test('UP-01 F9 CN-5 is replaced after a ping and its deadline, and nothing late of it counts', async () => {
    const { client, server, open, transport, clock } = createTestClient();
    await open();
    const first = await transport.nextConnection();
    first.blackhole();

    await clock.advance(34_999);
    const before = client.snapshot.connection.status;
    await clock.advance(1);
    const after = client.snapshot.connection;
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(0);
    const { snapshot } = client;
    first.dropAbruptly();
    await clock.advance(100);

    expect(before).toBe('open');
    expect(after).toMatchObject({
      status: 'connecting',
      cause: { kind: 'unresponsive', code: null, everOpened: true },
    });
    expect(first.isLive).toBe(false);
    expect(client.snapshot.connection).toBe(snapshot.connection);
    expect(client.snapshot.connection.status).toBe('open');
    expect(server.connection.number).toBe(2);
    client.dispose();
  });

  test('L4 F9 CN-5 is found within 15 s where a message waits for its ack, which arrives once', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const first = server.connection;
    first.blackhole();
    client.send('unacked');
    await clock.advance(15_000);
    const isFound = !first.isLive;

    await clock.advance(RETRY_MS);

    expect(isFound).toBe(true);
    expect(server.log.map(({ content }) => content)).toEqual(['unacked']);
    expect(client.snapshot.messages).toMatchObject([{ content: 'unacked', delivery: 'sent' }]);
    client.dispose();
  });

  test('UP-35 is not suspected while anything comes in, and pings keep their schedule', async () => {
    const { client, server, open, transport, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const { connection } = server;

    for (let second = 0; second < 300; second += 1) {
      if (second === 100) connection.blackhole('to-server');
      server.emit(`news ${second}`);
      await clock.advance(1_000);
    }

    expectDials(transport, 1);
    expect(sentFrames(connection, 'ping')).toHaveLength(4);
    // One join, and a ping every 25 s.
    expect(client.metrics().framesOut).toBe(1 + 12);
    client.dispose();
  });
});

describe.each(WAKES)('UP-02 CN-6 %s', (_what, wake) => {
  test('replaces a dead socket within 3 s', async () => {
    const world = createTestClient();
    await world.open();
    const first = await world.transport.nextConnection();
    await world.clock.advance(5_000);
    first.blackhole();

    wake(world);
    await world.clock.advance(3_000);

    expect(first.isLive).toBe(false);
    await world.transport.nextConnection({ withinMs: RETRY_MS });
    await world.clock.advance(0);
    expect(world.client.snapshot.connection.status).toBe('open');
    world.client.dispose();
  });

  test('keeps a live socket, cycle after cycle, with one probe for signals that come together', async () => {
    const world = createTestClient();
    await world.open();
    const { connection } = world.server;

    for (let cycle = 1; cycle <= 3; cycle += 1) {
      await world.clock.advance(5_000);
      wake(world);
      world.pageSignals.focus();
      wake(world);
      await world.clock.advance(500);
      expect(sentFrames(connection, 'ping')).toHaveLength(cycle);
    }

    expectDials(world.transport, 1);
    world.client.dispose();
  });

  test('F18 F70 brings a dial that waits forward, and the count starts anew unless only the network says so', async () => {
    const world = createTestClient({ client: { reconnect: { delayFirstMs: 600_000, delayMaxMs: 600_000 } } });
    await world.open();
    world.server.connection.dropAbruptly();
    await world.clock.advance(0);

    wake(world);
    await world.clock.advance(2_000);

    expectDials(world.transport, 2);
    expect(world.client.snapshot.connection.status).toBe('open');
    world.client.dispose();
  });

  test('gives up an attempt that outlived its deadline while the device slept', async () => {
    const world = createTestClient({ server: { mode: 'manual' } });
    await world.open();
    const first = await world.transport.nextConnection();
    world.clock.throttleTimers(3_600_000);
    await world.clock.advance(60_000);

    wake(world);
    world.clock.throttleTimers(null);
    await world.clock.advance(2_000);

    expect(first.isLive).toBe(false);
    expectDials(world.transport, 2);
    world.client.dispose();
  });
});

describe('a device that sleeps', () => {
  test('UP-26 F64 keeps a healthy socket when the overdue timer fires before the pong is read', async () => {
    const { client, open, server, clock, transport } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const steps = watchSteps(client);
    await clock.advance(25_000);
    server.connection.blackhole('to-client');
    await clock.advance(0);

    await clock.sleep(600_000);
    const isOpen = client.snapshot.connection.status === 'open';
    server.connection.delayClose(0);
    await clock.advance(999);

    expect(isOpen).toBe(true);
    expect(steps.filter((step) => step !== 'open')).toEqual([]);
    expectDials(transport, 1);
    client.dispose();
  });

  test('UP-02 F66 for eight hours dials once when it wakes, not once for every timer that fell due', async () => {
    const { client, open, server, clock, transport, pageSignals } = createTestClient();
    await open();
    server.connection.blackhole();
    pageSignals.freeze();
    await clock.sleep(8 * 3_600_000);

    pageSignals.resume();
    await clock.advance(5_000);

    expectDials(transport, 2);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});

describe('a hidden page', () => {
  test('UP-25 F65 with timers once a minute does not redial a healthy server in half an hour', async () => {
    const { client, open, clock, transport, pageSignals } = createTestClient();
    await open();
    pageSignals.hide();
    clock.throttleTimers(60_000);

    await clock.advance(30 * 60_000);

    expectDials(transport, 1);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('UP-25 judges no silence, and on its return replaces the dead link', async () => {
    const { client, open, clock, transport, pageSignals, server } = createTestClient();
    await open();
    pageSignals.hide();
    server.connection.blackhole();
    await clock.advance(600_000);
    const dialsWhileHidden = transport.connections.length;

    pageSignals.show();
    await clock.advance(4_500);

    expect(dialsWhileHidden).toBe(1);
    expectDials(transport, 2);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});

describe('what the page says about the network', () => {
  test('UP-36 is a hint: offline all the time, the client still connects', async () => {
    const { client, open, pageSignals, server, clock } = createTestClient();
    pageSignals.goOffline();
    await open();
    const first = client.snapshot.connection.status;

    server.connection.dropAbruptly();
    await clock.advance(RETRY_MS);

    expect(first).toBe('open');
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('UP-36 five times in a second leads to one dial', async () => {
    const { client, open, pageSignals, server, clock, transport } = createTestClient({
      client: { reconnect: { delayFirstMs: 600_000, delayMaxMs: 600_000 } },
    });
    await open();
    server.connection.dropAbruptly();
    await clock.advance(0);

    for (let count = 0; count < 5; count += 1) {
      pageSignals.goOnline();
      await clock.advance(200);
    }
    await clock.advance(5_000);

    expectDials(transport, 2);
    client.dispose();
  });
});

describe('a page that is left', () => {
  test('UP-37 F68 for the back/forward cache ends quietly, and dials once when it is shown again', async () => {
    const { client, open, pageSignals, server, clock, transport } = createTestClient();
    await open();
    await client.send('before').acked;
    const errors: unknown[] = [];
    client.on('error', (payload) => errors.push(payload));

    pageSignals.leave();
    server.connection.dropAbruptly();
    server.emit('missed');
    await clock.advance(3_600_000);
    const whileAway = [transport.connections.length, clock.pendingTimers().length, client.snapshot.connection];
    pageSignals.comeBack();
    await clock.advance(1_000);

    expect(whileAway).toMatchObject([1, 0, { phase: 'waiting', retryAtMs: null, showOffline: false }]);
    expect(errors).toEqual([]);
    expectDials(transport, 2);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['before', 'missed']);
    expect(client.snapshot.connection).toMatchObject({ status: 'open', recovered: 'full' });
    client.dispose();
  });

  test('UP-37 F68 dials within 0.2 s of its return, though its socket is told to be closed only after', async () => {
    const { client, open, pageSignals, server, clock, transport } = createTestClient();
    await open();
    const errors: unknown[] = [];
    client.on('error', (payload) => errors.push(payload));
    pageSignals.leave();
    server.emit('missed');
    server.connection.blackhole();
    await clock.advance(60_000);

    pageSignals.comeBack();
    await clock.advance(1);
    server.connection.dropAbruptly();
    await clock.advance(200);

    expect(errors).toEqual([]);
    expectDials(transport, 2);
    expect(client.snapshot.connection).toMatchObject({ status: 'open', recovered: 'full' });
    client.dispose();
  });
});

describe('a proxy that cuts what is idle for 60 s', () => {
  /** Idle is what carries no frame; every frame of a client that says nothing is a ping, which is answered at once. */
  async function idleBehindProxy(heartbeat: HeartbeatOptions) {
    const { client, open, clock, transport } = createTestClient({ client: { heartbeat } });
    const advices: string[] = [];
    client.on('status-changed', ({ connection }) => {
      if (connection.status === 'connecting' && connection.phase === 'waiting')
        advices.push(client.explain().advice.join(' '));
    });
    transport.onConnection((connection) => {
      const cut = () => connection.dropAbruptly();
      let stop = clock.startTimer(cut, 60_000);
      connection.onEnd(() => stop());
      connection.onFrame(() => {
        stop();
        stop = clock.startTimer(cut, 60_000);
      });
    });
    await open();
    await clock.advance(600_000);
    const dials = transport.connections.length;
    client.dispose();
    return { dials, advices };
  }

  test('UP-34 F16 never cuts a client with its default pings in ten minutes', async () => {
    expect((await idleBehindProxy({})).dials).toBe(1);
  });

  test('UP-34 cuts a client without pings again and again', async () => {
    expect((await idleBehindProxy({ intervalMs: Number.POSITIVE_INFINITY })).dials).toBeGreaterThan(8);
  });

  test('UP-34 is named by explain() after three cuts, with what to do', async () => {
    const { advices } = await idleBehindProxy({ intervalMs: Number.POSITIVE_INFINITY });

    expect(advices.slice(0, 3)).toEqual([
      '',
      '',
      'Three connections were cut after 60 s without a frame: likely the idle timeout of a proxy. Raise it, or set heartbeat.intervalMs well below it.',
    ]);
  });

  test('UP-34 is told from a platform that lets no connection live longer, though frames come in', async () => {
    const { client, open, clock, transport } = createTestClient();
    const advices: string[] = [];
    client.on('status-changed', ({ connection }) => {
      if (connection.status === 'connecting' && connection.phase === 'waiting')
        advices.push(client.explain().advice.join(' '));
    });
    transport.onConnection((connection) => {
      const stop = clock.startTimer(() => connection.dropAbruptly(), 310_000);
      connection.onEnd(() => stop());
    });
    await open();
    while (advices.length < 3) await clock.advance(10_000);

    expect(advices).toEqual([
      '',
      '',
      'Three connections were cut after 310 s, idle or not: likely a limit of a proxy or platform. Raise it.',
    ]);
    client.dispose();
  });
});
