import { describe, expect, test } from 'vitest';
import { ChatSocketClient } from '../../src/index.js';
import { createTestClient, manualClock, mockPageSignals, mockTransport } from '../../src/testing/index.js';

describe('the snapshot of the connection', () => {
  test('I24 UP-47 tells a new time of the next dial only where whole milliseconds differ', async () => {
    const rolls = [0.5, 0.4999, 0.25];
    const clock = manualClock();
    const pageSignals = mockPageSignals();
    const transport = mockTransport({ clock });
    const random = () => (transport.liveCount === 0 && rolls.shift()) || 0.9;
    const client = new ChatSocketClient({ url: 'ws://localhost', clock, pageSignals, transport, random });
    client.connect();
    const connection = await transport.nextConnection();
    connection.rejectHandshake();
    await clock.advance(0);
    rolls.splice(0, rolls.length, 0.5, 0.4999, 0.25);
    const times: unknown[] = [];
    client.on('status-changed', ({ connection: view }) => times.push('retryAtMs' in view && view.retryAtMs));

    for (let signal = 0; signal < 3; signal += 1) pageSignals.focus();

    expect(times).toEqual([clock.nowMs() + 100, clock.nowMs() + 50]);
    client.dispose();
  });

  test('UP-47 CN-1 tells every step of a life, and the count of a retry', async () => {
    const { client, clock, server } = createTestClient({ server: { mode: 'manual' } });
    const views: unknown[] = [client.snapshot.connection];
    client.on('status-changed', ({ connection }) => views.push(connection));
    client.connect();
    await clock.advance(0);
    server.connection.accept();
    await clock.advance(0);
    server.ready();
    await clock.advance(1_000);
    server.connection.dropAbruptly();
    await clock.advance(0);
    const closing = client.close();
    await clock.advance(0);
    await closing;

    expect(views).toMatchInlineSnapshot(`
      [
        {
          "cause": null,
          "reason": "initial",
          "showOffline": false,
          "status": "closed",
        },
        {
          "attempt": 0,
          "attemptsMax": null,
          "cause": null,
          "phase": "authorizing",
          "retryAtMs": null,
          "showOffline": false,
          "status": "connecting",
        },
        {
          "attempt": 0,
          "attemptsMax": null,
          "cause": null,
          "phase": "dialing",
          "retryAtMs": null,
          "showOffline": false,
          "status": "connecting",
        },
        {
          "attempt": 0,
          "attemptsMax": null,
          "cause": null,
          "phase": "joining",
          "retryAtMs": null,
          "showOffline": false,
          "status": "connecting",
        },
        {
          "handover": false,
          "recovered": "first",
          "roundTripMs": null,
          "showOffline": false,
          "sinceMs": 1767225600000,
          "status": "open",
        },
        {
          "attempt": 1,
          "attemptsMax": null,
          "cause": {
            "action": "retry",
            "ageMs": 1000,
            "atMs": 1767225601000,
            "code": 1006,
            "diagnosis": null,
            "everOpened": true,
            "kind": "socket-closed",
            "quietMs": 1000,
            "reason": "",
            "retryAfterMs": null,
            "wasClean": false,
          },
          "phase": "waiting",
          "retryAtMs": 1767225601282,
          "showOffline": false,
          "status": "connecting",
        },
        {
          "cause": null,
          "reason": "client",
          "showOffline": false,
          "status": "closed",
        },
      ]
    `);
  });

  test('UP-47 tells a close handshake that takes its time', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    server.connection.delayClose(1_000);

    const closing = client.close();
    const during = client.snapshot.connection;
    await clock.advance(1_000);
    await closing;

    expect(during).toEqual({ status: 'closing', showOffline: false });
    expect(client.snapshot.connection).toEqual({ status: 'closed', reason: 'client', cause: null, showOffline: false });
  });

  test('F3 gives up a close handshake that is not answered after 3 s', async () => {
    const { client, open, server, clock, assertClean } = createTestClient();
    await open();
    server.connection.blackhole();
    const closing = client.close();
    await clock.advance(2_999);
    const before = client.snapshot.connection.status;

    await clock.advance(1);
    await closing;

    expect([before, client.snapshot.connection.status]).toEqual(['closing', 'closed']);
    await assertClean();
  });

  test('UP-47 counts attempts against a limit only where there is one', async () => {
    const { client, open, server, clock } = createTestClient({ client: { reconnect: { attemptsMax: 5 } } });
    await open();

    server.connection.dropAbruptly();
    await clock.advance(0);

    expect(client.snapshot.connection).toMatchObject({ attempt: 1, attemptsMax: 5 });
    client.dispose();
  });

  test('UP-47 tells the round trip', async () => {
    const { client, open, clock, server } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(25_000);

    expect(client.snapshot.connection).toMatchObject({ status: 'open', roundTripMs: 0 });
    expect(client.metrics().roundTripMs).toEqual({ last: 0, p50: 0, p95: 0 });
    client.dispose();
  });
});

describe('showOffline', () => {
  const lose = async () => {
    const world = createTestClient({ client: { reconnect: { delayFirstMs: 600_000, delayMaxMs: 600_000 } } });
    const shown: boolean[] = [];
    world.client.subscribe(() => shown.push(world.client.snapshot.connection.showOffline));
    await world.open();
    world.server.connection.dropAbruptly();
    await world.clock.advance(0);
    return { ...world, shown };
  };

  test('UP-48 stays false over a blip of half a second', async () => {
    const { client, clock, shown } = await lose();
    await clock.advance(500);

    client.reconnect();
    await clock.advance(10_000);

    expect(shown).not.toContain(true);
    client.dispose();
  });

  test('UP-48 turns true 2 s after a loss, and false when it is over', async () => {
    const { client, clock } = await lose();
    await clock.advance(1_999);
    const before = client.snapshot.connection.showOffline;
    await clock.advance(1);
    const after = client.snapshot.connection.showOffline;

    client.reconnect();
    await clock.advance(0);

    expect([before, after, client.snapshot.connection.showOffline]).toEqual([false, true, false]);
    client.dispose();
  });

  test('UP-48 stays false while the page is hidden, and 2 s after it is shown', async () => {
    const { client, clock, pageSignals, transport } = await lose();
    transport.onConnection((connection) => connection.dropAbruptly());
    pageSignals.hide();
    await clock.advance(60_000);
    const whileHidden = client.snapshot.connection.showOffline;
    pageSignals.show();
    await clock.advance(1_999);
    const before = client.snapshot.connection.showOffline;

    await clock.advance(1);

    expect([whileHidden, before, client.snapshot.connection.showOffline]).toEqual([false, false, true]);
    client.dispose();
  });

  test('UP-48 is false before the first connection, and after the end', async () => {
    const { client, clock, pageSignals } = createTestClient({ server: { mode: 'manual' } });
    client.connect();
    await clock.advance(5_000);
    const first = client.snapshot.connection.showOffline;

    void client.close();
    await clock.advance(5_000);

    expect([first, client.snapshot.connection.showOffline]).toEqual([false, false]);
    expect(pageSignals.listenerCount).toBe(0);
  });
});

describe('metrics()', () => {
  test('count what happened since the client was made', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    client.send('one');
    await clock.advance(100);
    server.connection.sendRaw('not JSON');
    server.replay();
    await clock.advance(0);
    server.connection.dropAbruptly();
    await clock.advance(2_000);
    client.send('two');
    client.send('three');
    client.send('four');

    const metrics = client.metrics();

    expect(metrics).toMatchObject({
      dials: 2,
      lossesByKind: { 'socket-closed': 1 },
      framesRejected: 1,
      duplicatesDropped: 1,
      messagesLost: 0,
      queueDepth: 3,
      ackMs: { last: 0, p50: 0, p95: 0 },
      openMs: { last: 0, p50: 0, p95: 0 },
      roundTripMs: { last: null, p50: null, p95: null },
    });
    expect(metrics.charsIn).toBeGreaterThan(metrics.framesIn * 10);
    expect(metrics.charsOut).toBeGreaterThan(metrics.framesOut * 10);
    client.dispose();
  });
});
