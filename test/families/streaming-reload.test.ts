/** A page that dies with a question on its way, and comes back: the history settles it. */
import { describe, expect, test } from 'vitest';
import { ChatSocketClient } from '../../src/index.js';
import { streamingProtocol } from '../../src/protocols/index.js';
import { countingIds, manualClock, mockPageSignals, mockTransport, seededRandom } from '../../src/testing/index.js';
import { scriptedStore } from '../support/scripted-store.js';
import { AssistantServer } from './assistant-server.js';

async function createPages() {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const server = new AssistantServer(transport, () => clock.nowMs());
  const store = scriptedStore(true);
  store.clock = clock;
  let lives = 0;
  const load = async (identity = 'user-1') => {
    lives += 1;
    const client = new ChatSocketClient({
      url: 'ws://localhost/',
      conversationId: 'conversation-1',
      identity,
      protocol: streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` }),
      transport,
      clock,
      http: server.http,
      ids: countingIds(lives),
      random: seededRandom(lives),
      pageSignals: mockPageSignals(),
      outbox: { store },
    });
    client.connect();
    await clock.advance(100);
    return client;
  };
  /** Nothing that this page does from now on reaches disk or server. */
  const crash = (client: ChatSocketClient) => {
    store.cutOff();
    for (const connection of server.openConnections) connection.dropAbruptly();
    client.dispose();
  };
  return { clock, transport, server, store, load, crash };
}

const shown = (client: ChatSocketClient) =>
  client.snapshot.messages.map(({ sender, content, delivery, stream }) => [sender.role, content, delivery ?? stream]);

describe('a question of a page that died', () => {
  test('DS-7 is acked by the history that has it, and asked once', async () => {
    const { clock, server, load, crash } = await createPages();
    const first = await load();
    for (const connection of server.openConnections) connection.blackhole('to-client');
    first.send('did it arrive?');
    await clock.advance(100);
    crash(first);

    const second = await load();
    await clock.advance(30_000);

    expect(server.accepted).toEqual(['did it arrive?']);
    expect(shown(second)).toEqual([['self', 'did it arrive?', 'sent']]);
    expect(second.outbox.list()).toEqual([]);
    second.dispose();
  });

  test('DS-2 is asked, once, where the history does not have it', async () => {
    const { clock, server, load, crash } = await createPages();
    const first = await load();
    for (const connection of server.openConnections) connection.blackhole('to-server');
    first.send('did it leave?');
    first.send('and this?');
    await clock.advance(100);
    crash(first);

    const second = await load();
    await clock.advance(30_000);

    expect(server.accepted).toEqual(['did it leave?', 'and this?']);
    expect(shown(second).map(([, content, delivery]) => [content, delivery])).toEqual([
      ['did it leave?', 'sent'],
      ['and this?', 'sent'],
    ]);
    expect(second.outbox.list()).toEqual([]);
    second.dispose();
  });

  test('DS-7 is found in a history that was shown before the store was open', async () => {
    const { clock, server, store, load, crash } = await createPages();
    const first = await load();
    for (const connection of server.openConnections) connection.blackhole('to-client');
    first.send('did it arrive?');
    await clock.advance(100);
    crash(first);

    store.delayMs = 1_000;
    const second = await load();
    const early = shown(second).map(([, content]) => content);
    await clock.advance(5_000);
    second.reconnect();
    await clock.advance(30_000);

    expect(early).toEqual(['did it arrive?']);
    expect(server.accepted).toEqual(['did it arrive?']);
    expect(shown(second)).toEqual([['self', 'did it arrive?', 'sent']]);
    expect(second.outbox.list()).toEqual([]);
    second.dispose();
  });

  test('DS-3 MT-6 is left to another tab that took it over, though the history does not have it', async () => {
    const { clock, server, store, load } = await createPages();
    const client = await load();
    for (const connection of server.openConnections) connection.blackhole('to-server');
    const { id } = client.send('whose is it?');
    await clock.advance(100);
    store.events.lost([id]);
    for (const connection of server.openConnections) connection.dropAbruptly();
    await clock.advance(30_000);

    expect(server.accepted).toEqual([]);
    expect(client.outbox.list()).toMatchObject([{ id, status: 'unconfirmed' }]);
    client.dispose();
  });

  test('DS-10 is forgotten by logout(): the next one of its words is another question', async () => {
    const { clock, server, load } = await createPages();
    const first = await load();
    for (const connection of server.openConnections) connection.blackhole('to-server');
    first.send('did it leave?');
    await clock.advance(100);
    void first.logout();
    await clock.advance(5_000);

    const second = await load();
    await clock.advance(30_000);

    expect(server.accepted).toEqual([]);
    expect(shown(second)).toEqual([]);
    first.dispose();
    second.dispose();
  });
});
