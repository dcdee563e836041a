/** One message that ends every connection must not take the others with it; a link that merely breaks condemns none. */
import { describe, expect, test } from 'vitest';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { listen, outcomeOf, sentBatches, sentTexts } from './chat-log.js';

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

/** The server ends every connection on which that text comes in, before it has answered anything after it. */
function cannotBear({ transport }: TestWorld, text: string, end: 'told' | 'cut'): void {
  transport.onConnection((connection) => {
    connection.onFrame((frame) => {
      if (!frame.includes(`"${text}"`) || connection.state !== 'open') return;
      if (end === 'told') connection.close(1011);
      else connection.dropAbruptly();
    });
  });
}

function createWorld(hello: Readonly<Record<string, unknown>> = {}): TestWorld {
  return createTestClient({
    client: {
      outbox: { ratePerSecond: Infinity, ageMaxMs: Infinity },
      reconnect: { delayFirstMs: 100, dialsPerMinuteMax: 60 },
    },
    server: { mode: 'manual', hello },
  });
}

/** Acks whatever reached the server, a little later than it came; answers on a dead connection get lost. */
async function live({ server, clock }: TestWorld, forMs: number, isHeld = isPoison): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += 50) {
    await clock.advance(50);
    const { connection } = server;
    if (connection.state !== 'closed' && !greeted.has(connection)) {
      greeted.add(connection);
      server.ready();
      await clock.advance(5);
    }
    for (const { clientMessageId, content, connection: from } of [...server.pending]) {
      if (from.state === 'open' && !isHeld(content)) server.ack(clientMessageId);
      else if (from.state !== 'open') server.nack('GONE', { id: clientMessageId });
    }
  }
}

const isPoison = (content: string): boolean => content === 'poison';

const greeted = new WeakSet<object>();

describe('a server that ends the connection whenever one message comes', () => {
  test.each(['told', 'cut'] as const)(
    'F30 (%s) loses only that message, and gets all the others in order',
    async (end) => {
      const world = createWorld();
      const { client, server, open } = world;
      cannotBear(world, 'poison', end);
      const failures = listen(client, 'message-failed');
      client.connect();
      const before = ['one', 'two'].map((text) => client.send(text));
      const poison = client.send('poison');
      const after = ['three', 'four', 'five'].map((text) => client.send(text));
      await open();

      await live(world, 60_000);

      expect(await outcomeOf(poison.acked)).toBe('delivery/poison');
      expect(failures.map(({ error }) => [error.code, error.fields])).toEqual([
        ['delivery/poison', { outcome: 'unknown' }],
      ]);
      expect(contents(server.log)).toEqual(['one', 'two', 'three', 'four', 'five']);
      for (const { acked } of [...before, ...after]) expect(await outcomeOf(acked)).toBe('resolved');
      expect(client.snapshot.connection.status).toBe('open');
      client.dispose();
    },
  );

  test('F30 sends a suspect alone, so that none beside it is blamed', async () => {
    const world = createWorld();
    const { client, open, transport } = world;
    cannotBear(world, 'poison', 'told');
    client.send('innocent');
    client.send('poison');
    const failures = listen(client, 'message-failed');
    await open();

    await live(world, 20_000);

    expect(failures.map(({ clientMessageId }) => clientMessageId)).toHaveLength(1);
    const last = transport.connections.filter((connection) => sentTexts(connection).includes('poison')).at(-1);
    expect(last === undefined ? [] : sentTexts(last)).toEqual(['poison']);
    client.dispose();
  });
});

describe('a server that takes batches', () => {
  test('F30 loses only the message that it cannot bear, which goes in a text of its own once it is suspected', async () => {
    const world = createWorld({ batch: true });
    const { client, server, open, transport } = world;
    cannotBear(world, 'poison', 'told');
    const failures = listen(client, 'message-failed');
    client.connect();
    const texts = ['one', 'two', 'poison', 'three', 'four'];
    const sends = texts.map((text) => client.send(text));
    client.on('opened', () => client.setTyping(true));
    await open();

    await live(world, 60_000);

    const tried = transport.connections.map((connection) =>
      sentBatches(connection).filter((frames) => frames.some(({ payload }) => payload?.['content'] === 'poison')),
    );
    const [firstTry = [], lastTry = []] = [tried.flat().at(0), tried.flat().at(-1)];
    expect(firstTry.length).toBeGreaterThan(1);
    expect(lastTry.length).toBe(1);
    expect(failures.map(({ error, clientMessageId }) => [error.code, clientMessageId])).toEqual([
      ['delivery/poison', sends[2]?.id],
    ]);
    expect(contents(server.log)).toEqual(['one', 'two', 'three', 'four']);
    client.dispose();
  });
});

describe('a link that breaks', () => {
  test('F30 F19 every 80 ms, before any answer, condemns no message', async () => {
    const world = createWorld();
    const { client, server, clock, open, transport } = world;
    const failures = listen(client, 'message-failed');
    let cuts = 0;
    transport.onConnection((connection) => {
      connection.onFrame((frame) => {
        if (!frame.includes('join_conversation') || cuts === 15) return;
        clock.startTimer(() => {
          cuts += 1;
          connection.dropAbruptly();
        }, 80);
      });
    });
    const outgoing = client.send('unlucky');
    await open();

    await live(world, 400_000, () => cuts < 15);

    const tries = transport.connections.filter((connection) => sentTexts(connection).includes('unlucky'));
    expect(cuts).toBe(15);
    // Every third connection may go by with a calm, the others are used.
    expect(tries.length).toBeGreaterThanOrEqual(10);
    expect(failures).toEqual([]);
    expect(await outcomeOf(outgoing.acked)).toBe('resolved');
    expect(contents(server.log)).toEqual(['unlucky']);
    client.dispose();
  });

  test.each([1000, 1001, 1012, 1013])('F23 F30 by a server that says %d condemns no message', async (code) => {
    const world = createWorld();
    const { client, open, transport } = world;
    const failures = listen(client, 'message-failed');
    let closes = 0;
    transport.onConnection((connection) => {
      connection.onFrame((frame) => {
        if (!frame.includes('"in the way"') || closes === 5) return;
        closes += 1;
        connection.close(code);
      });
    });
    const outgoing = client.send('in the way');
    await open();

    await live(world, 400_000);

    expect(closes).toBe(5);
    expect(failures).toEqual([]);
    expect(await outcomeOf(outgoing.acked)).toBe('resolved');
    client.dispose();
  });
});
