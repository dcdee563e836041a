import { defineProtocol, envelopeProtocol } from 'chatsocket/protocols';
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { outcomeOf, sentFrames } from './chat-log.js';

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

/** A client with room for two messages, of a conversation of six. */
async function openLong(more: Parameters<typeof createTestClient>[0] = {}) {
  const world = createTestClient({ ...more, client: { inbox: { historyMax: 2 }, ...more.client } });
  for (let count = 1; count <= 6; count += 1) world.server.emit(`m${count}`);
  await world.open();
  await world.clock.advance(100);
  return world;
}

function pageOf(...seqs: readonly number[]) {
  const messages = seqs.map((seq) => ({
    id: `conversation-1/epoch-1/${seq}`,
    conversationId: 'conversation-1',
    senderId: 'user-2',
    content: `m${seq}`,
    timestamp: '',
    seq,
  }));
  return { type: 'history_page' as const, payload: { conversationId: 'conversation-1', messages, hasOlder: true } };
}

describe('loadOlder()', () => {
  test('puts a page in front, and tells whether there are more', async () => {
    const { client, clock } = await openLong();
    const before = { rows: contents(client.snapshot.messages), hasOlder: client.snapshot.hasOlder };

    const page = await client.loadOlder({ limit: 3 });
    await clock.advance(100);
    const middle = { rows: contents(client.snapshot.messages), hasOlder: client.snapshot.hasOlder };
    const last = await client.loadOlder();
    await clock.advance(100);
    const after = await client.loadOlder();

    expect(before).toEqual({ rows: ['m5', 'm6'], hasOlder: true });
    expect([contents(page.messages), page.hasOlder]).toEqual([['m2', 'm3', 'm4'], true]);
    expect(middle).toEqual({ rows: ['m2', 'm3', 'm4', 'm5', 'm6'], hasOlder: true });
    expect([contents(last.messages), last.hasOlder]).toEqual([['m1'], false]);
    expect(contents(client.snapshot.messages)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    expect(after).toEqual({ messages: [], hasOlder: false });
    client.dispose();
  });

  test('RX-6 UP-38 pages that go beyond the cap stay whole, and the cap takes hold again as more comes in', async () => {
    const { client, server, clock } = await openLong();
    await client.loadOlder({ limit: 2 });
    const paged = client.snapshot;

    server.emit('m7');
    await clock.advance(100);
    const shrinking = client.snapshot;
    for (const text of ['m8', 'm9']) server.emit(text);
    await clock.advance(100);
    const capped = client.snapshot;
    const again = await client.loadOlder({ limit: 4 });

    expect(contents(paged.messages)).toEqual(['m3', 'm4', 'm5', 'm6']);
    expect(contents(shrinking.messages)).toEqual(['m5', 'm6', 'm7']);
    expect([contents(capped.messages), capped.hasOlder]).toEqual([['m8', 'm9'], true]);
    expect(contents(again.messages)).toEqual(['m4', 'm5', 'm6', 'm7']);
    client.dispose();
  });

  test('RX-6 F39 what comes in while a page is on its way opens no hole behind it', async () => {
    const { client, server, clock } = await openLong();
    server.ignore('load_history');
    const page = client.loadOlder({ limit: 3 });
    for (const text of ['m7', 'm8', 'm9']) server.emit(text);
    await clock.advance(100);

    server.sendFrame(pageOf(2, 3, 4));
    await clock.advance(100);

    expect(contents((await page).messages)).toEqual(['m2', 'm3', 'm4']);
    expect(contents(client.snapshot.messages)).toEqual(['m2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9']);
    client.dispose();
  });

  test('hasOlder is true once rows were evicted, and a server without numbers gives none of them again', async () => {
    const hasOlder = async (dialect: 'base' | 'chatsocket.v1') => {
      const { client, open, server, clock } = createTestClient({
        client: { inbox: { historyMax: 2 } },
        server: { dialect },
      });
      await open();
      const before = client.snapshot.hasOlder;
      for (const text of ['one', 'two', 'three']) server.emit(text);
      await clock.advance(100);
      client.dispose();
      return [before, client.snapshot.hasOlder];
    };

    expect(await hasOlder('chatsocket.v1')).toEqual([false, true]);
    expect(await hasOlder('base')).toEqual([false, false]);
  });

  test('F24 rejects when the history is replaced meanwhile', async () => {
    const { client, server, clock } = await openLong();
    server.ignore('load_history');
    const page = client.loadOlder();
    server.newEpoch();
    server.emit('new world');
    await clock.advance(100);

    await expect(page).rejects.toMatchObject({
      code: 'connection/lost',
      message: 'Cannot load older messages: the history was replaced meanwhile; try again.',
    });
    expect(contents(client.snapshot.messages)).toEqual(['new world']);
    client.dispose();
  });

  test('F40 asks once for calls that come together', async () => {
    const { client, server } = await openLong();

    const [first, second] = await Promise.all([client.loadOlder(), client.loadOlder()]);

    expect(first).toBe(second);
    expect(sentFrames(server.connection, 'load_history')).toHaveLength(1);
    client.dispose();
  });

  test('UP-22 rejects without a connection, and when it is lost meanwhile', async () => {
    const { client, server, clock } = await openLong();
    server.connection.blackhole();
    const underWay = client.loadOlder();

    server.connection.dropAbruptly();
    await clock.advance(0);

    await expect(underWay).rejects.toMatchObject({
      code: 'connection/lost',
      message: 'Cannot load older messages: there is no connection; try again when it is open.',
      retryable: true,
    });
    expect(await outcomeOf(client.loadOlder())).toBe('connection/lost');
    client.dispose();
  });

  test.each(['NOT_FOUND', 'FETCH_ERROR', 'RATE_LIMIT'])(
    'UP-22 F40 rejects when the server refuses it (%s)',
    async (code) => {
      const { client, server, clock } = await openLong();
      server.connection.blackhole('to-server');
      const page = client.loadOlder();

      server.sendFrame({ type: 'error', payload: { code, message: 'no', messageId: 'conversation-1' } });
      await clock.advance(0);

      await expect(page).rejects.toMatchObject({ code: 'protocol/refused', fields: { serverCode: code } });
      client.dispose();
    },
  );

  test('UP-22 F40 rejects after 10 s of silence, and the next call asks again', async () => {
    const { client, server, clock } = await openLong({ client: { heartbeat: { timeoutMs: 60_000 } } });
    server.connection.blackhole('to-server');
    const page = client.loadOlder();
    await clock.advance(9_999);
    const before = await outcomeOf(page);

    await clock.advance(1);

    expect(before).toBe('pending');
    expect(await outcomeOf(page)).toBe('connection/lost');
    expect(await outcomeOf(client.loadOlder())).toBe('pending');
    client.dispose();
  });

  test('RX-6 takes a page that comes too late for nothing, once rows behind it are gone', async () => {
    const { client, server, clock } = await openLong();
    server.ignore('load_history');
    const first = client.loadOlder({ limit: 2 });
    await clock.advance(10_000);
    for (const text of ['m7', 'm8']) server.emit(text);
    await clock.advance(100);
    server.ignore('load_history');
    const second = client.loadOlder({ limit: 2 });

    server.sendFrame(pageOf(3, 4));
    await clock.advance(100);
    const late = [await outcomeOf(first), await outcomeOf(second), contents(client.snapshot.messages)];
    server.sendFrame(pageOf(5, 6));
    await clock.advance(100);

    expect(late).toEqual(['connection/lost', 'pending', ['m7', 'm8']]);
    expect(contents((await second).messages)).toEqual(['m5', 'm6']);
    expect(contents(client.snapshot.messages)).toEqual(['m5', 'm6', 'm7', 'm8']);
    client.dispose();
  });

  test('RX-6 F24 takes a page that was asked for in an old log for nothing', async () => {
    const { client, server, clock } = await openLong();
    server.ignore('load_history', 2);
    const first = client.loadOlder({ limit: 2 });
    server.newEpoch();
    for (let count = 1; count <= 8; count += 1) server.emit(`m${count}`);
    await clock.advance(100);
    const second = client.loadOlder({ limit: 2 });

    server.sendFrame(pageOf(3, 4));
    await clock.advance(100);

    expect([await outcomeOf(first), await outcomeOf(second)]).toEqual(['connection/lost', 'pending']);
    expect(contents(client.snapshot.messages)).toEqual(['m7', 'm8']);
    client.dispose();
  });

  test('RX-6 takes a page that comes too late for the next one, where it is the same', async () => {
    const { client, server, clock } = await openLong();
    server.ignore('load_history');
    const first = client.loadOlder({ limit: 2 });
    await clock.advance(10_000);
    server.ignore('load_history');
    const second = client.loadOlder({ limit: 2 });

    server.sendFrame(pageOf(3, 4));
    await clock.advance(100);

    expect(await outcomeOf(first)).toBe('connection/lost');
    expect(contents((await second).messages)).toEqual(['m3', 'm4']);
    client.dispose();
  });

  test('RX-6 asks in vain once, where the server never answered before and a page does not say which it is', async () => {
    const { client, server, clock } = await openLong();
    server.ignore('load_history');
    void client.loadOlder({ limit: 2 }).catch(() => {});
    await clock.advance(10_000);
    for (const text of ['m7', 'm8']) server.emit(text);
    await clock.advance(100);
    server.ignore('load_history');
    const second = client.loadOlder({ limit: 2 });
    // Without m5 and m6, which were deleted and left nothing.
    server.sendFrame(pageOf(3, 4));
    await clock.advance(10_000);
    server.ignore('load_history');
    const third = client.loadOlder({ limit: 2 });
    server.sendFrame(pageOf(3, 4));
    await clock.advance(100);

    expect(await outcomeOf(second)).toBe('connection/lost');
    expect(contents((await third).messages)).toEqual(['m3', 'm4']);
    client.dispose();
  });

  test('rejects where the protocol has no words for it', async () => {
    const envelope = envelopeProtocol();
    const { client } = await openLong({
      client: {
        protocol: defineProtocol({
          ...envelope,
          encode: (frame, terms) => (frame.type === 'load-history' ? null : envelope.encode(frame, terms)),
        }),
      },
    });

    await expect(client.loadOlder()).rejects.toMatchObject({ code: 'protocol/unsupported' });
    client.dispose();
  });

  test.each([0, -1, 1.5, 1_001, Number.NaN, '10'])('refuses a limit of %j', async (limit) => {
    const { client } = await openLong();

    // A text is not repeated: it may be anything.
    const shown = typeof limit === 'string' ? `a string of ${limit.length} characters` : limit;
    await expect(client.loadOlder({ limit: limit as number })).rejects.toMatchObject({
      code: 'usage/invalid-argument',
      message: `Cannot load older messages: limit is ${shown}, expected a whole number from 1 to 1000.`,
    });
    client.dispose();
  });
});
