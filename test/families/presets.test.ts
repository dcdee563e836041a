/** The defaults that a protocol brings along, below what the user asks for. */
import { describe, expect, test } from 'vitest';
import { ChatSocketClient, type ChatSocketOptions } from '../../src/index.js';
import { defineProtocol, envelopeProtocol, streamingProtocol, threadProtocol } from '../../src/protocols/index.js';
import {
  countingIds,
  type MockTransport,
  manualClock,
  mockPageSignals,
  mockTransport,
  seededRandom,
} from '../../src/testing/index.js';

const MINUTE_MS = 60_000;

/** Nobody is let in while `isDown`. */
function createWorld(options: Partial<ChatSocketOptions>, onDial: (transport: MockTransport) => void = () => {}) {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const pageSignals = mockPageSignals();
  const world = { isDown: true };
  transport.onConnection((connection) => {
    onDial(transport);
    if (world.isDown) return connection.rejectHandshake();
    connection.accept({ subprotocol: null });
    connection.sendRaw('{"event":"connected"}');
  });
  const client = new ChatSocketClient({
    url: 'ws://localhost/',
    conversationId: 'c',
    transport,
    clock,
    ids: countingIds(1),
    random: seededRandom(1),
    pageSignals,
    http: () => ({ answer: Promise.reject(new TypeError('unreachable')), cancel: () => {} }),
    ...options,
  });
  client.connect();
  return Object.assign(world, { client, clock, transport, pageSignals });
}

describe('attempts', () => {
  test.each([
    { whom: 'streaming', protocol: streamingProtocol(), attemptsMax: 5 },
    { whom: 'thread', protocol: threadProtocol(), attemptsMax: 10 },
    { whom: 'envelope', protocol: envelopeProtocol(), attemptsMax: null },
    { whom: 'the user’s word', protocol: streamingProtocol(), reconnect: { attemptsMax: 7 }, attemptsMax: 7 },
    { whom: 'the user, for ever', protocol: threadProtocol(), reconnect: { attemptsMax: Infinity }, attemptsMax: null },
    // Safe: JavaScript callers can hand in what the types forbid.
    { whom: 'a gap', protocol: threadProtocol(), reconnect: { attemptsMax: undefined as never }, attemptsMax: 10 },
    { whom: 'a team’s own protocol', protocol: ownProtocol(), attemptsMax: 3 },
  ])('are as many as suits $whom', async ({ protocol, reconnect = {}, attemptsMax }) => {
    const { client, clock } = createWorld({ protocol, reconnect });
    await clock.advance(100);

    expect(client.snapshot.connection).toMatchObject({ status: 'connecting', attemptsMax });
    client.dispose();
  });

  function ownProtocol() {
    return defineProtocol({ ...envelopeProtocol(), name: 'own', presets: { reconnect: { attemptsMax: 3 } } });
  }

  test('pauses are capped as the protocol says, and a longer first one of the user is no fault', async () => {
    const dialledAtMs: number[] = [];
    const { client, clock } = createWorld(
      { protocol: threadProtocol(), random: () => 0.999_999, reconnect: { delayFirstMs: 20_000 } },
      () => dialledAtMs.push(clock.nowMs()),
    );
    await clock.advance(2 * MINUTE_MS);
    const pauses = dialledAtMs.slice(1).map((atMs, index) => atMs - (dialledAtMs[index] ?? 0));

    expect(pauses.slice(0, 2).every((ms) => ms > 19_000 && ms <= 20_000)).toBe(true);
    client.dispose();
  });
});

describe('a chat whose attempts are spent is not dead: it starts anew', () => {
  test.each([
    ['when the device is online again', 'online'],
    ['when the page is looked at again', 'wake'],
    ['when a message is sent', 'send'],
    ['when the user says so', 'connect'],
  ] as const)('%s', async (_, sign) => {
    const world = createWorld({ protocol: streamingProtocol() });
    const { client, clock, pageSignals, transport } = world;
    await clock.advance(10 * MINUTE_MS);
    const before = [client.snapshot.connection.status, transport.connections.length, client.explain().awaited];
    world.isDown = false;
    if (sign === 'send') client.send('Is anybody there?');
    else if (sign === 'connect') client.connect();
    else if (sign === 'online') pageSignals.goOnline();
    else pageSignals.focus();
    await clock.advance(10_000);

    expect(before).toEqual(['closed', 6, 'signal']);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('nor does a thread ever spend them: posts go by HTTP alone after four', async () => {
    const { client, clock } = createWorld({ protocol: threadProtocol() });
    await clock.advance(60 * MINUTE_MS);

    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});

test('UP-35 pings come every 30 s where the protocol says so, and as the user says where he does', async () => {
  const pingsOf = async (options: Partial<ChatSocketOptions>) => {
    const world = createWorld({ protocol: threadProtocol(), ...options });
    world.isDown = false;
    await world.clock.advance(5_000);
    const { received } = world.transport.connections.at(-1) ?? { received: [] };
    await world.clock.advance(2 * MINUTE_MS);
    world.client.dispose();
    return received.filter((text) => text.includes('ping')).length;
  };

  expect(await pingsOf({})).toBe(4);
  expect(await pingsOf({ heartbeat: { intervalMs: 10_000 } })).toBe(12);
});
