/** Two tabs of one user: what a logout in one of them does to the other. */
import { describe, expect, test } from 'vitest';
import type { ChatSocketOptions } from '../../src/index.js';
import { createTestClient, type MockTabChannels, mockTabChannels, type TestWorld } from '../../src/testing/index.js';
import { createStoredWorld } from '../support/stored-world.js';
import { outcomeOf, sentTexts, stepOf, watchSteps } from './chat-log.js';

const ADA = { identity: 'ada' };

function openTab({ open }: MockTabChannels, client: Partial<ChatSocketOptions> = {}, server = {}): TestWorld {
  return createTestClient({ client: { ...ADA, tabChannel: open, ...client }, server });
}

const contents = ({ client }: TestWorld) => client.snapshot.messages.map(({ content }) => content);

describe('logout() in one tab', () => {
  test('MT-8 F87 UP-18 ends the other tab within a second and leaves nothing of the user in it', async () => {
    const tabs = mockTabChannels();
    const here = openTab(tabs);
    const there = openTab(tabs, {}, { mode: 'manual' });
    await there.open();
    there.server.ready();
    await there.clock.advance(0);
    there.server.emit('for Ada');
    const inFlight = there.client.send('in flight');
    await there.clock.advance(0);
    const shown = contents(there);
    there.server.connection.bufferedBytes = 1_000_000;
    const behind = there.client.send('queued behind');

    await here.client.logout();
    await there.clock.advance(1_000);

    expect(shown).toEqual(['for Ada', 'in flight']);
    expect(await outcomeOf(inFlight.acked)).toBe('delivery/cleared');
    expect(await outcomeOf(behind.acked)).toBe('delivery/cleared');
    expect(contents(there)).toEqual([]);
    expect(there.client.outbox.list()).toEqual([]);
    expect(there.server.connection.end).toMatchObject({ code: 1000 });
    expect(sentTexts(there.server.connection)).toEqual(['in flight']);
    expect(stepOf(there.client.snapshot.connection)).toBe('closed/client');
    await there.assertClean();
  });

  test('MT-8 F77 C12 touches no other user, and not the same one on another server', async () => {
    const tabs = mockTabChannels();
    const here = openTab(tabs);
    const others = [
      openTab(tabs, { identity: 'grace' }),
      openTab(tabs, { url: 'ws://localhost/other' }),
      createTestClient({ client: { tabChannel: tabs.open } }),
    ];
    for (const { client, open } of others) {
      await open();
      await client.send('stays').acked;
    }

    await here.client.logout();
    for (const { clock } of others) await clock.advance(5_000);

    expect(others.map(({ client }) => client.snapshot.connection.status)).toEqual(['open', 'open', 'open']);
    expect(others.map(contents)).toEqual([['stays'], ['stays'], ['stays']]);
    for (const { client } of others) client.dispose();
  });

  test('MT-8 F55 UP-18 stops the other tab in the middle of a token call, whose late answer dials nothing', async () => {
    const tabs = mockTabChannels();
    const here = openTab(tabs);
    let answer: (token: string) => void = () => {};
    const isAborted: (() => boolean)[] = [];
    const there = openTab(tabs, {
      token: ({ signal }) => {
        isAborted.push(() => signal.aborted);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    await there.open();

    await here.client.logout();
    answer('late');
    await there.clock.advance(600_000);

    expect(isAborted.map((look) => look())).toEqual([true]);
    expect(there.transport.connections).toEqual([]);
    await there.assertClean();
  });

  test('MT-8 clears a tab that never connected', async () => {
    const tabs = mockTabChannels();
    const here = openTab(tabs);
    const there = openTab(tabs);
    const { acked } = there.client.send('typed offline');

    await here.client.logout();

    expect(await outcomeOf(acked)).toBe('delivery/cleared');
    expect(contents(there)).toEqual([]);
    await there.assertClean();
  });

  test('MT-8 UP-18 lets a listener that hears of it send nothing over the connection of before', async () => {
    const tabs = mockTabChannels();
    const here = openTab(tabs);
    const there = openTab(tabs, {}, { mode: 'manual' });
    await there.open();
    there.server.ready();
    await there.clock.advance(0);
    there.client.send('before');
    await there.clock.advance(0);
    there.client.once('message-failed', () => there.client.send('again'));

    await here.client.logout();
    await there.clock.advance(5_000);

    expect(sentTexts(there.server.connection)).toEqual(['before']);
    there.client.dispose();
  });

  test('MT-8 leaves the other tab free to begin anew, with nothing of before', async () => {
    const tabs = mockTabChannels();
    const here = openTab(tabs);
    const there = openTab(tabs);
    await there.open();
    await there.client.send('before').acked;
    await here.client.logout();
    await there.clock.advance(5_000);
    const steps = watchSteps(there.client);

    await there.open();
    await there.client.send('after').acked;

    expect(steps).toEqual(['authorizing', 'dialing', 'joining', 'open']);
    expect(contents(there)).toEqual(['before', 'after']);
    expect(there.transport.tokens).toEqual(['token-1', 'token-2']);
    there.client.dispose();
  });
});

test('MT-8 I22 I6 a tab that hears of a logout takes its rows from a store which the one that logged out could not open', async () => {
  const there = createStoredWorld({ server: { mode: 'manual' } });
  const here = openTab(there.tabChannels, { identity: 'user-1' });
  there.client.connect();
  const { acked } = there.client.send('of before');
  await there.clock.advance(100);
  const kept = there.store.disk.size;

  await here.client.logout();
  await there.clock.advance(1_000);

  expect(kept).toBe(1);
  expect(await outcomeOf(acked)).toBe('delivery/cleared');
  expect(there.store.disk.size).toBe(0);
  there.client.dispose();
});

describe('what crosses the channel', () => {
  test('C3 C13 MT-8 is a version and a word: no token, no query and no text', async () => {
    const { client, tabChannels, open, server } = createTestClient({
      client: { identity: 'ada', url: 'ws://localhost/ws?key=canary-query', token: () => 'canary-token' },
    });
    await open();
    client.send('canary-text');
    server.expireToken();

    await client.logout();

    const name = 'chatsocket:["ada","ws://localhost/ws"]';
    expect(tabChannels.posted).toEqual([{ name, message: { version: 1, type: 'logged-out' } }]);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'logged-out'],
    ['the type alone', { type: 'logged-out' }],
    ['the version alone', { version: 1 }],
    ['a later version', { version: 2, type: 'logged-out' }],
    ['a version that is a text', { version: '1', type: 'logged-out' }],
    ['another type', { version: 1, type: 'log-out' }],
    ['a type that is a list', { version: 1, type: ['logged-out'] }],
    ['a list', [1, 'logged-out']],
    ['a map', new Map([['version', 1]])],
    ['a type named like a part of every object', { version: 1, type: 'constructor' }],
  ])('C13 means nothing when it is %s', async (_what, message) => {
    const { client, tabChannels, open, clock } = createTestClient({ client: ADA });
    await open();
    await client.send('stays').acked;

    tabChannels.post(message);
    await clock.advance(5_000);

    expect(client.snapshot.connection.status).toBe('open');
    expect(client.snapshot.messages).toHaveLength(1);
    client.dispose();
  });
});

describe('the channel', () => {
  test('I10 UP-39 is open from the first thing to lose until the client is closed, and not before', async () => {
    const { client, tabChannels, open, assertClean } = createTestClient({ client: ADA });
    const counts = [tabChannels.openCount];
    const count = () => counts.push(tabChannels.openCount);

    client.conversation('another');
    client.metrics();
    count();
    client.send('Hello');
    count();
    await open();
    count();
    await client.close();
    count();
    await open();
    count();
    client.dispose();
    count();

    expect(counts).toEqual([0, 0, 1, 1, 0, 1, 0]);
    await assertClean();
  });

  test('I8 F57 is left by a logout, whoever calls it', async () => {
    const tabs = mockTabChannels();
    const here = openTab(tabs);
    const there = openTab(tabs);
    await here.open();
    await there.open();

    await here.client.logout();
    await there.clock.advance(5_000);

    expect(tabs.openCount).toBe(0);
  });

  test('is not needed: a logout ends this tab where a platform has none', async () => {
    const { client, open, assertClean } = createTestClient({ client: { ...ADA, tabChannel: () => null } });
    await open();
    const { acked } = client.send('Hello');

    await client.logout();

    expect(await outcomeOf(acked)).toBe('delivery/cleared');
    expect(client.snapshot.messages).toEqual([]);
    await assertClean();
  });

  test('C12 is opened for no client of which nobody knows whose it is', async () => {
    const { client, tabChannels, open } = createTestClient();

    await open();
    await client.logout();

    expect(tabChannels.posted).toEqual([]);
  });
});

describe('two users in one tab, one after the other', () => {
  test('UP-18 F77 a slow token of the first dials nothing once the second is there', async () => {
    let answer: (token: string) => void = () => {};
    const slow = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const ada = createTestClient({ client: { ...ADA, token: () => slow } });
    ada.client.send('of Ada');
    await ada.open();
    await ada.client.logout();
    const grace = createTestClient({ client: { identity: 'grace', token: () => 'token-of-grace' } });
    await grace.open();

    answer('token-of-ada');
    await ada.clock.advance(600_000);
    await grace.clock.advance(10_000);

    expect(ada.transport.connections).toEqual([]);
    expect(grace.transport.tokens).toEqual(['token-of-grace']);
    expect(sentTexts(grace.server.connection)).toEqual([]);
    expect(grace.client.snapshot.messages).toEqual([]);
    grace.client.dispose();
  });

  test('UP-18 F77 what the server still says while the first leaves is shown to nobody', async () => {
    const { client, server, open, clock } = createTestClient({ client: ADA });
    await open();
    await client.send('mine').acked;
    server.emit('late, for Ada');

    const leaving = client.logout();
    await clock.advance(10_000);
    await leaving;

    expect(client.snapshot.messages).toEqual([]);
  });
});

describe('a client that was closed while its user logged out in another tab', () => {
  const leaveAndLogOutElsewhere = async () => {
    const world = createStoredWorld({ server: { mode: 'manual' } });
    await world.open();
    world.server.ready();
    await world.clock.advance(0);
    const kept = world.client.send('of before');
    await world.clock.advance(0);
    world.client.send('queued before');
    await world.client.close();
    world.store.disk.clear();
    world.store.logouts += 1;
    return { ...world, kept };
  };

  test('MT-8 I22 sends nothing of before at its next connect(), and serves what is sent after', async () => {
    const { client, server, store, clock, transport } = await leaveAndLogOutElsewhere();
    store.delayMs = 50;

    client.connect();
    await clock.advance(1_000);
    for (let turn = 0; turn < 3; turn += 1) {
      server.ready();
      await clock.advance(1_000);
    }
    client.send('of after');
    await clock.advance(1_000);

    const sent = transport.connections.map((connection) => sentTexts(connection));
    expect(sent.slice(1).flat()).toEqual(['of after']);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['of after']);
    expect([...store.disk.values()].map(({ content }) => content)).toEqual(['of after']);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('MT-8 I22 keeps no message either that was typed before it heard of that', async () => {
    const { client, store, clock } = await leaveAndLogOutElsewhere();

    const { acked, persisted } = client.send('typed too early');
    await clock.advance(1_000);

    expect(await outcomeOf(acked)).toBe('delivery/cleared');
    expect(await persisted).toEqual({ durable: false });
    expect(store.disk.size).toBe(0);
    expect(client.snapshot.messages).toEqual([]);
    client.dispose();
  });

  test('MT-8 hears of it once', async () => {
    const { client, server, clock } = await leaveAndLogOutElsewhere();
    client.connect();
    await clock.advance(1_000);
    server.ready();
    await clock.advance(0);
    await client.close();
    const steps = watchSteps(client);

    client.connect();
    await clock.advance(0);
    server.ready();
    await clock.advance(5_000);

    expect(steps).toEqual(['authorizing', 'dialing', 'joining', 'open']);
    client.dispose();
  });

  test('MT-8 DS-11 that logged out itself goes on at once', async () => {
    const { client, open, clock } = createStoredWorld();
    await open();
    await client.send('before').acked;
    await client.logout();
    const steps = watchSteps(client);

    await open();
    await clock.advance(5_000);

    expect(steps).toEqual(['authorizing', 'dialing', 'joining', 'open']);
    client.dispose();
  });
});
