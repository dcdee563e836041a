import { describe, expect, test } from 'vitest';
import type { ChatSocketClient, CloseCause } from '../../src/index.js';
import { createTestClient, expectDials, type MockConnection } from '../../src/testing/index.js';
import { codeOf, listen, watchEvents } from './chat-log.js';

/** How long the client says it will wait; null if it is not waiting. */
function waitMs(client: ChatSocketClient, nowMs: number): number | null {
  const { connection } = client.snapshot;
  return connection.status === 'connecting' && connection.retryAtMs !== null ? connection.retryAtMs - nowMs : null;
}

describe('a clean end by the server', () => {
  test.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 3000, 4000, 4999])(
    'UP-10 F7 with %d is followed by a dial',
    async (code) => {
      const { client, server, open, transport, clock } = createTestClient();
      await open();

      server.connection.close(code);
      await clock.advance(61_000);

      expectDials(transport, 2);
      expect(client.snapshot.connection.status).toBe('open');
      client.dispose();
    },
  );

  test.each([1002, 1003, 1007, 1010])('UP-10 CN-7 with %d, which no dial can cure, is the end', async (code) => {
    const { client, server, open, transport, clock, assertClean } = createTestClient();
    await open();

    server.connection.close(code);
    await clock.advance(600_000);

    expectDials(transport, 1);
    expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'stopped', cause: { code } });
    await assertClean();
  });

  test.each([
    [1012, '', 1_000, 10_000],
    [1013, '', 15_000, 60_000],
    [1001, '', 0, 5_000],
    [1000, 'retryAfterMs=2000', 2_000, 7_000],
    [1013, '{"retryAfterMs":120000}', 120_000, 150_000],
    [1000, 'retryAfterMs=9999999999', 0, 600_000],
  ])('UP-11 F23 with %d and the reason %j waits as long as was asked', async (code, ...[reason, fromMs, toMs]) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { client, server, open, clock } = createTestClient({ seed });
      await open();
      server.connection.close(code, reason);
      await clock.advance(0);

      const delayMs = waitMs(client, clock.nowMs());

      expect(delayMs).toBeGreaterThanOrEqual(fromMs);
      expect(delayMs).toBeLessThanOrEqual(toMs);
      client.dispose();
    }
  });

  test.each([1e12, 0, 2_147_483_648])('F45 F46 after a hint of %d ms in a frame is a dial in time', async (hintMs) => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.announceRestart(hintMs);
    await clock.advance(0);

    server.connection.close(1012);
    await clock.advance(0);

    expect(waitMs(client, clock.nowMs())).toBeLessThanOrEqual(600_000);
    await clock.advance(600_000);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});

describe('a handshake', () => {
  test('UP-09 F1 F4 that is refused is told as what it is, diagnosed once, and tried again', async () => {
    const { client, open, transport, clock } = createTestClient({ server: { mode: 'manual' } });
    const events = watchEvents(client);
    transport.onConnection((connection) => connection.rejectHandshake());

    await open();
    const first = client.snapshot.connection;
    await clock.advance(60_000);

    expect(first).toMatchObject({ cause: { code: 1006, everOpened: false, wasClean: false, diagnosis: null } });
    expect(client.snapshot.connection).toMatchObject({ cause: { diagnosis: 'handshake-refused', action: 'retry' } });
    const errors = events.flatMap(({ name, payload }) =>
      name === 'error' && 'error' in payload ? [payload.error] : [],
    );
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['connection/refused', 'The server refused the handshake several times; see explain().'],
    ]);
    expect(transport.connections.length).toBeGreaterThan(3);
    expect(client.explain().advice).toHaveLength(3);
    client.dispose();
  });

  test('UP-09 that is refused gets a fresh token each time', async () => {
    const { client, open, transport, clock } = createTestClient({ server: { mode: 'manual' } });
    transport.onConnection((connection) => connection.rejectHandshake());

    await open();
    await clock.advance(30_000);

    expect(new Set(transport.tokens).size).toBe(transport.connections.length);
    client.dispose();
  });

  test('UP-09 an accept followed by 4401 reaches the token path, which a refusal cannot', async () => {
    const { client, server, open, transport, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.connection.accept();
    server.connection.close(4401);
    await clock.advance(0);

    expectDials(transport, 2);
    expect(client.snapshot.connection).toMatchObject({ status: 'connecting', phase: 'dialing' });
    client.dispose();
  });

  test('UP-03 F2 F3 that is never answered ends after 10 s, and a late answer changes nothing', async () => {
    const { client, open, transport, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    const first = await transport.nextConnection();
    first.hang();

    await clock.advance(9_999);
    const before = client.snapshot.connection;
    await clock.advance(1);

    expect(before).toMatchObject({ phase: 'dialing' });
    expect(client.snapshot.connection).toMatchObject({ phase: 'waiting', cause: { kind: 'dial-timed-out' } });
    expect(first.isLive).toBe(false);
    expect(first.state).toBe('closed');
    client.dispose();
  });

  test('UP-03 F5 F6 that is not followed by a hello ends after 10 s; a late hello changes nothing', async () => {
    const { client, server, open, transport, clock } = createTestClient({ server: { mode: 'manual' } });
    const opened = listen(client, 'opened');
    await open();
    const first = await transport.nextConnection();
    first.accept();
    first.blackhole('to-server');

    await clock.advance(10_000);
    const { connection } = client.snapshot;
    if (first.state === 'open') first.sendRaw(JSON.stringify({ type: 'connected', payload: { userId: 'user-1' } }));
    await clock.advance(0);

    expect(connection).toMatchObject({ phase: 'waiting', cause: { kind: 'join-timed-out', everOpened: true } });
    expect(opened).toEqual([]);
    await transport.nextConnection({ withinMs: 5_000 });
    server.ready();
    await clock.advance(0);
    expect(opened).toEqual([{ recovered: 'first' }]);
    client.dispose();
  });
});

describe('the ladder', () => {
  test('UP-12 CN-4 F20 grows while connections do not last, and starts anew after one that did', async () => {
    const { client, server, open, clock } = createTestClient({ client: { reconnect: { dialsPerMinuteMax: 60 } } });
    const delaysMs: number[] = [];
    await open();
    for (let cycle = 1; cycle <= 20; cycle += 1) {
      await clock.advance(1_000);
      server.connection.dropAbruptly();
      await clock.advance(0);
      expect(client.snapshot.connection).toMatchObject({ attempt: cycle });
      const delayMs = waitMs(client, clock.nowMs()) ?? 0;
      delaysMs.push(delayMs);
      expect(delayMs).toBeLessThanOrEqual(Math.min(30_000, 1_000 * 2 ** (cycle - 1)));
      await clock.advance(delayMs);
    }

    await clock.advance(11_000);
    server.connection.dropAbruptly();
    await clock.advance(0);

    expect(Math.max(...delaysMs.slice(6))).toBeGreaterThan(15_000);
    expect(client.snapshot.connection).toMatchObject({ attempt: 1 });
    expect(waitMs(client, clock.nowMs())).toBeLessThanOrEqual(1_000);
    client.dispose();
  });

  test('CN-3 F20 F19 never dials more than 12 times in a minute, whatever a server does', async () => {
    const atMs: number[] = [];
    const { client, open, transport, clock } = createTestClient({
      client: { reconnect: { delayFirstMs: 0 } },
      server: { mode: 'manual' },
    });
    transport.onConnection((connection) => {
      atMs.push(clock.nowMs());
      connection.accept();
      connection.close(1000);
    });

    await open();
    await clock.advance(600_000);

    const most = Math.max(...atMs.map((startMs) => atMs.filter((ms) => ms >= startMs && ms < startMs + 60_000).length));
    expect(most).toBeLessThanOrEqual(13);
    expect(atMs.length).toBeGreaterThan(50);
    client.dispose();
  });

  test('F22 is climbed once for an end that is told in many ways', async () => {
    const { client, server, open, clock, transport } = createTestClient();
    await open();
    const { connection } = server;
    connection.delayClose(100);

    connection.dropAbruptly();
    await clock.advance(30_000);

    expectDials(transport, 2);
    expect(client.metrics().lossesByKind).toEqual({ 'socket-closed': 1 });
    client.dispose();
  });
});

describe('shouldRetry', () => {
  const run = async (shouldRetry: (cause: CloseCause) => boolean | undefined, code: number) => {
    const { client, server, open, clock } = createTestClient({ client: { shouldRetry } });
    await open();
    server.connection.close(code);
    await clock.advance(61_000);
    const { status } = client.snapshot.connection;
    client.dispose();
    return status;
  };

  test('overrules the table both ways, and leaves it alone where it says nothing or throws', async () => {
    expect(await run(() => false, 1006)).toBe('closed');
    expect(await run(() => true, 4403)).toBe('open');
    expect(await run(() => undefined, 4403)).toBe('closed');
    expect(await run(() => undefined, 1006)).toBe('open');
    expect(
      await run(() => {
        throw new Error('mine');
      }, 1006),
    ).toBe('open');
  });

  test('UP-33 may close the client', async () => {
    const world = createTestClient({
      client: {
        shouldRetry: () => {
          void world.client.close();
          return true;
        },
      },
    });
    await world.open();

    world.server.connection.dropAbruptly();
    await world.clock.advance(60_000);

    expect(world.client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'client' });
    expectDials(world.transport, 1);
    await world.assertClean();
  });
});

describe('attemptsMax', () => {
  const exhaust = async () => {
    const world = createTestClient({ client: { reconnect: { attemptsMax: 3, dialsPerMinuteMax: 3 } } });
    let isDown = true;
    const refuse = (connection: MockConnection) => {
      if (isDown && connection.state === 'open') connection.dropAbruptly();
    };
    world.transport.onConnection(refuse);
    const waited = world.client.whenOpen().then(() => 'open', codeOf);
    await world.open();
    await world.clock.advance(60_000);
    isDown = false;
    return { ...world, waited };
  };

  test('UP-23 ends in closed/exhausted, with the count that a user can be shown', async () => {
    const { client, transport, clock, waited } = await exhaust();

    expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'exhausted' });
    expectDials(transport, 4);
    expect(await waited).toBe('connection/exhausted');
    await clock.advance(3_600_000);
    expectDials(transport, 4);
    client.dispose();
  });

  test.each<[string, (world: Awaited<ReturnType<typeof exhaust>>) => unknown, number]>([
    ['connect()', ({ client }) => client.connect(), 0],
    ['reconnect()', ({ client }) => client.reconnect(), 0],
    ['send()', ({ client }) => client.send('wake up'), 0],
    ['a page that is shown', ({ pageSignals }) => pageSignals.emit('visible'), 200],
    ['a device that resumes', ({ pageSignals }) => pageSignals.emit('resumed'), 200],
    ['a window that gets the focus', ({ pageSignals }) => pageSignals.focus(), 200],
    ['a page from the back/forward cache', ({ pageSignals }) => pageSignals.comeBack(), 200],
    ['a network that comes back', ({ pageSignals }) => pageSignals.goOnline(), 2_000],
  ])('UP-23 is re-armed by %s', async (_what, wake, withinMs) => {
    const world = await exhaust();
    await world.clock.advance(60_000);

    wake(world);
    await world.clock.advance(withinMs);

    expect(world.client.snapshot.connection.status).toBe('open');
    world.client.dispose();
  });

  test("UP-23 connect() dials at once though the limit of automatic dials is used up, as the user's own", async () => {
    const { client, clock, transport } = await exhaust();

    client.connect();
    await clock.advance(0);

    expectDials(transport, 5);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('UP-23 is not used up while the page is hidden', async () => {
    const { client, open, server, clock, pageSignals, transport } = createTestClient({
      client: { reconnect: { attemptsMax: 2 } },
    });
    await open();
    let isDown = true;
    transport.onConnection((connection) => {
      if (isDown) connection.dropAbruptly();
    });
    pageSignals.hide();
    server.connection.dropAbruptly();
    await clock.advance(8 * 3_600_000);
    const whileHidden = client.snapshot.connection.status;

    isDown = false;
    pageSignals.show();
    await clock.advance(1_000);

    expect(whileHidden).toBe('connecting');
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});
