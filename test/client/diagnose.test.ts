import { describe, expect, test } from 'vitest';
import { type RefusedHandshake, StopConnecting } from '../../src/index.js';
import { createTestClient } from '../../src/testing/index.js';

/** A server that refuses every handshake, and an application that asks why. */
function refusedWorld(diagnose: (refused: RefusedHandshake) => string | null | Promise<string | null>) {
  const asked: RefusedHandshake[] = [];
  const world = createTestClient({
    server: { mode: 'manual' },
    client: {
      diagnose: (refused) => {
        asked.push(refused);
        return diagnose(refused);
      },
    },
  });
  const server = { isRefusing: true };
  const stopRefusing = () => {
    server.isRefusing = false;
  };
  world.transport.onConnection((connection) => {
    if (server.isRefusing) connection.rejectHandshake();
  });
  return { ...world, asked, stopRefusing };
}

const MINUTE_MS = 60_000;

describe('UP-09 diagnose', () => {
  test('UP-09 F4 is asked once a series, with the cause, and its words stand in explain()', async () => {
    const { client, clock, asked } = refusedWorld(async () => 'GET /ws-health answered 403: no such tenant.');

    client.connect();
    await clock.advance(5 * MINUTE_MS);

    expect(asked).toHaveLength(1);
    expect(asked[0]?.cause).toMatchObject({ code: 1006, everOpened: false, diagnosis: 'handshake-refused' });
    const { found, advice, text } = client.explain();
    expect(found).toBe('GET /ws-health answered 403: no such tenant.');
    expect(advice).toEqual([
      'The handshake was refused, and this was found: GET /ws-health answered 403: no such tenant.',
    ]);
    expect(text).toContain('no such tenant');
    client.dispose();
  });

  test('UP-09 stops the client by StopConnecting, and connect() leaves that and asks anew', async () => {
    const { client, clock, asked, transport } = refusedWorld(() => {
      throw new StopConnecting('This account is closed.');
    });

    client.connect();
    await clock.advance(MINUTE_MS);
    const stopped = client.snapshot.connection;
    const dialled = transport.connections.length;
    await clock.advance(10 * MINUTE_MS);
    const dialledLater = transport.connections.length;
    const text = client.explain().text;
    client.connect();
    await clock.advance(MINUTE_MS);

    expect(stopped).toMatchObject({ status: 'closed', reason: 'stopped', cause: { code: 1006, action: 'stop' } });
    expect(dialledLater).toBe(dialled);
    expect(text).toContain('This account is closed.');
    expect(asked).toHaveLength(2);
    client.dispose();
  });

  test('UP-09 ends a dial that is under way when it stops the client', async () => {
    let refuse = (_thrown: unknown) => {};
    const { client, clock, asked, stopRefusing, assertClean } = refusedWorld(
      () =>
        new Promise((_resolve, reject) => {
          refuse = reject;
        }),
    );
    client.connect();
    while (asked.length === 0) await clock.advance(100);
    stopRefusing();
    while (client.explain().awaited !== 'socket') await clock.advance(100);

    refuse(new StopConnecting('Gone.'));
    await clock.advance(0);

    expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'stopped' });
    expect(client.explain().found).toBe('Gone.');
    await assertClean();
    client.dispose();
  });

  test.each<[string, () => string | null | Promise<string | null>]>([
    [
      'throws',
      () => {
        throw new Error('no network');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no network'))],
    ['never answers', () => new Promise(() => {})],
    ['answers null', () => null],
    // @ts-expect-error What plain JavaScript may answer.
    ['answers garbage', () => ({ status: 403 })],
  ])('UP-09 changes nothing where it %s: dials go on', async (_what, diagnose) => {
    const { client, clock, transport, assertClean } = refusedWorld(diagnose);

    client.connect();
    await clock.advance(MINUTE_MS);
    const dialled = transport.connections.length;
    await clock.advance(2 * MINUTE_MS);

    expect(client.explain().found).toBeNull();
    expect(client.explain().advice).toHaveLength(3);
    expect(transport.connections.length).toBeGreaterThan(dialled);
    await client.close();
    await assertClean();
  });

  test.each<[string, (world: ReturnType<typeof refusedWorld>) => unknown]>([
    ['its time is over', ({ clock }) => clock.advance(10_000)],
    ['the client is closed', ({ client }) => client.close()],
    ['the client is disposed', ({ client }) => client.dispose()],
    ['the user connects afresh', ({ client }) => client.reconnect()],
  ])('UP-09 is told by its signal that nobody waits any more when %s', async (_what, happen) => {
    let answer = (_words: string) => {};
    const world = refusedWorld(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    world.client.connect();
    while (world.asked.length === 0) await world.clock.advance(100);
    const wasAborted = world.asked[0]?.signal.aborted;

    await happen(world);
    answer('Too late to matter.');
    await world.clock.advance(0);

    expect([wasAborted, world.asked[0]?.signal.aborted]).toEqual([false, true]);
    expect(world.client.explain().found).toBeNull();
    world.client.dispose();
  });

  test('UP-09 is forgotten with the refusals: a server that lets the client in was not explained', async () => {
    const { client, clock, stopRefusing, server } = refusedWorld(() => 'The tenant was not ready.');
    client.connect();
    await clock.advance(MINUTE_MS);
    const found = client.explain().found;

    stopRefusing();
    while (client.explain().awaited !== 'socket') await clock.advance(100);
    server.connection.accept();
    server.ready();
    await clock.advance(0);

    expect(found).toBe('The tenant was not ready.');
    expect(client.explain()).toMatchObject({ found: null });
    client.dispose();
  });

  test('C16 UP-09 has its words cut and cleaned: they go to logs and screens', async () => {
    const { client, clock } = refusedWorld(() => `\u001b[31mred\n${'x'.repeat(10_000)}`);

    client.connect();
    await clock.advance(MINUTE_MS);

    const { text, found } = client.explain();
    expect(found).toHaveLength(256);
    expect(text).not.toMatch(/\p{Cc}/u);
    client.dispose();
  });

  test('UP-09 that is no function is refused', () => {
    // @ts-expect-error What plain JavaScript may hand in.
    expect(() => createTestClient({ client: { diagnose: '/health' } })).toThrow(
      'Cannot use the option diagnose with the value a string of 7 characters: expected a function.',
    );
  });
});
