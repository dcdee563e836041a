/** The two families when a session ends: a token whose life is over, and a user who logs out for another one to come. */
import { describe, expect, test } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import type { ManualClock, MockConnection, MockTransport } from '../../src/testing/index.js';
import { createAssistantWorld, shown as shownTo } from './assistant-world.js';
import { createThreadWorld, shown } from './thread-world.js';

const TOKEN_LIFE_MS = 3_000;

interface World {
  readonly client: ChatSocketClient;
  readonly clock: ManualClock;
  readonly transport: MockTransport;
}

/** Every connection ends with its token. */
async function liveOnShortTokens({ client, clock, transport }: World, code: number) {
  const statuses = new Set<string>();
  client.on('status-changed', () => statuses.add(client.snapshot.connection.status));
  const expire = (connection: MockConnection) =>
    clock.startTimer(() => {
      if (connection.isLive) connection.close(code);
    }, TOKEN_LIFE_MS);
  transport.connections.forEach(expire);
  transport.onConnection(expire);
  await clock.advance(120_000);
  return statuses;
}

describe('a token that lives three seconds', () => {
  test('UP-08 UP-42 is renewed again and again by a client of the thread family, and its messages arrive', async () => {
    const token = () => ({ token: 'short', expiresInMs: TOKEN_LIFE_MS });
    const world = await createThreadWorld({ token });
    const statuses = await liveOnShortTokens(world, 4401);
    const { client, clock, server } = world;
    const outgoing = client.send('still here');
    await clock.advance(60_000);

    expect(statuses).not.toContain('closed');
    expect(outgoing.status).toBe('sent');
    expect(server.messages).toEqual(['still here']);
    client.dispose();
  });

  test('UP-08 UP-42 is renewed again and again by a client of the streaming family, and its messages arrive', async () => {
    const world = await createAssistantWorld();
    const statuses = await liveOnShortTokens(world, 4001);
    const { client, clock, server } = world;
    const outgoing = client.send('still here');
    await clock.advance(60_000);

    expect(statuses).not.toContain('closed');
    expect(outgoing.status).toBe('sent');
    expect(server.accepted).toEqual(['still here']);
    client.dispose();
  });

  test.each([
    { whom: 'thread', createWorld: createThreadWorld, code: 4401 },
    { whom: 'streaming', createWorld: () => createAssistantWorld(), code: 4001 },
  ])('UP-08 is another matter than a server of the $whom family that takes none', async ({ createWorld, code }) => {
    const { client, clock, transport } = await createWorld();
    transport.onConnection((connection) => connection.close(code));
    transport.connections[0]?.close(code);
    await clock.advance(600_000);

    expect(client.explain()).toMatchObject({
      cause: { kind: 'token-refused', code },
      advice: ['Sign in again, then call connect().'],
    });
    expect(transport.connections.length).toBeLessThanOrEqual(3);
    client.dispose();
  });
});

describe('logout()', () => {
  test('UP-18 shows the next user of a thread nothing that the one before was told', async () => {
    const { client, clock, server } = await createThreadWorld();
    const outgoing = client.send('of Ada');
    await clock.advance(100);
    server.reply({ text: 'for Ada', inReplyTo: outgoing.id, sequence: 1 });
    await clock.advance(100);
    const shownToAda = shown(client);
    await client.logout();
    client.connect();
    await clock.advance(1_000);
    const shownToGrace = shown(client);
    server.reply({ text: 'for Grace', sequence: 1 });
    await clock.advance(1_000);

    expect(shownToAda).toEqual(['of Ada', 'for Ada']);
    expect(shownToGrace).toEqual([]);
    expect(shown(client)).toEqual(['for Grace']);
    client.dispose();
  });

  test('UP-18 holds no answer of an assistant against what the one before was told', async () => {
    const { client, clock, server } = await createAssistantWorld({ hasHistory: false });
    client.send('of Ada');
    await clock.advance(10);
    server.answer('Yes, ', 'Ada.');
    await clock.advance(100);
    await client.logout();
    client.connect();
    await clock.advance(1_000);
    client.send('of Grace');
    await clock.advance(10);
    server.start();
    server.chunks('Yes, ');
    await clock.advance(100);

    expect(shownTo(client)).toEqual(['me: of Grace (sent)', 'ai: Yes,  (streaming)']);
    client.dispose();
  });

  test('UP-18 leaves no question of the one before to be settled before the next user may ask', async () => {
    const { client, clock, server, transport } = await createAssistantWorld();
    server.hasHistory = false;
    transport.connections[0]?.blackhole('to-server');
    client.send('of Ada');
    await clock.advance(10);
    transport.connections[0]?.dropAbruptly();
    await client.logout();
    client.connect();
    await clock.advance(1_000);
    client.send('of Grace');
    await clock.advance(10);

    expect(server.accepted).toEqual(['of Grace']);
    client.dispose();
  });
});
