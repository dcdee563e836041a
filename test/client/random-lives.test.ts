/** Random lives of a client in a random world; then the world heals, and everything has to come right. */
import { expect, test } from 'vitest';
import { createTestClient, seededRandom, type TestWorld } from '../../src/testing/index.js';
import { listen, watchSteps } from './chat-log.js';

const LIVES = 60;
const ACTIONS = 120;
const CODES = [1000, 1001, 1006, 1009, 1011, 1012, 1013, 3000, 4000, 4401, 4403];

interface Life extends TestWorld {
  readonly random: () => number;
  /** How the token provider behaves. */
  token: 'good' | 'rejects' | 'hangs' | 'empty' | 'none';
  /** What becomes of a dial. */
  dial: 'good' | 'refused' | 'hangs' | 'dropped';
  sent: number;
  wanted: boolean;
}

type Action = (life: Life) => unknown;

const pick = <Item>(life: Life, items: readonly Item[]): Item | undefined =>
  items[Math.floor(life.random() * items.length)];

const ACTIONS_OF_USER: readonly Action[] = [
  (life) => send(life),
  (life) => send(life),
  (life) => send(life),
  (life) => wish(life, true),
  (life) => wish(life, true),
  (life) => wish(life, false),
  (life) => {
    life.wanted = true;
    life.client.reconnect();
  },
  ({ client }) => client.outbox.list().map(({ id }) => client.outbox.cancel(id)),
  ({ client }) => client.outbox.list().map(({ id }) => client.outbox.retry(id)),
  (life) => (life.random() < 0.2 ? life.client.outbox.clear() : undefined),
  ({ client }) => client.setTyping(true),
  ({ client }) => client.markRead(),
  ({ client }) => void client.loadOlder({ limit: 5 }).catch(() => {}),
  ({ client }) => client.conversation('side').send('beside'),
  ({ client }) => client.conversation('side').leave(),
];

const ACTIONS_OF_WORLD: readonly Action[] = [
  ({ server }) => server.emit('theirs'),
  ({ server }) => server.emit('theirs, lost', { isLost: true }),
  ({ server }) => server.stream('an answer', { chunk: 4 }),
  ({ server }) => server.skipSeq(),
  ({ server }) => server.replay(),
  ({ server }) => server.setTyping(true),
  ({ server }) => server.dropAck(),
  (life) => life.server.nack(pick(life, ['RATE_LIMIT', 'INTERNAL_ERROR', 'OUT_OF_ORDER']) ?? ''),
  // A server that lost its log has lost its connections too.
  ({ server }) => {
    server.newEpoch();
    server.connection.dropAbruptly();
  },
  ({ server }) => server.warnTokenExpiring(40_000),
  ({ server }) => server.announceRestart(500),
  ({ server }) => server.connection.sendRaw('{'),
  ({ server }) => server.connection.dropAbruptly(),
  ({ server }) => server.connection.dropAbruptly(),
  (life) => life.server.connection.close(pick(life, CODES)),
  (life) => life.server.connection.blackhole(pick(life, ['both', 'to-client', 'to-server'] as const)),
  ({ server }) => server.connection.delayClose(2_000),
  ({ pageSignals }) => pageSignals.hide(),
  ({ pageSignals }) => pageSignals.show(),
  ({ pageSignals }) => pageSignals.leave(),
  ({ pageSignals }) => pageSignals.comeBack(),
  ({ pageSignals }) => pageSignals.goOnline(),
  ({ pageSignals }) => pageSignals.focus(),
  ({ clock }) => clock.sleep(30_000),
  (life) => {
    life.token = pick(life, ['good', 'good', 'rejects', 'hangs', 'empty', 'none'] as const) ?? 'good';
  },
  (life) => {
    life.dial = pick(life, ['good', 'good', 'good', 'refused', 'hangs', 'dropped'] as const) ?? 'good';
  },
];

function send(life: Life): void {
  life.sent += 1;
  life.client.send(`m${life.sent}`);
}

function wish(life: Life, isOn: boolean): void {
  life.wanted = isOn;
  if (isOn) life.client.connect();
  else void life.client.close();
}

function begin(seed: number): Life {
  const random = seededRandom(seed);
  let tokens = 0;
  const world = createTestClient({
    seed,
    server: { mode: 'manual' },
    client: {
      outbox: { messagesMax: 1_000 },
      inbox: { historyMax: 1_000 },
      token: () => {
        tokens += 1;
        if (life.token === 'rejects') return Promise.reject(new Error('down'));
        if (life.token === 'hangs') return new Promise(() => {});
        if (life.token === 'none') return null;
        return life.token === 'empty' ? '' : `token-${tokens}`;
      },
    },
  });
  const life: Life = { ...world, random, token: 'good', dial: 'good', sent: 0, wanted: false };
  world.transport.onConnection((connection) => {
    if (life.dial === 'refused') connection.rejectHandshake();
    if (life.dial === 'good' || life.dial === 'dropped') world.server.ready();
    if (life.dial === 'dropped') connection.dropAbruptly();
  });
  return life;
}

/** The server of this world takes messages by itself, but for those whose fate was decided before. */
function answer({ server }: Life): void {
  for (const { clientMessageId } of [...server.pending]) server.ack(clientMessageId);
}

/** What must hold after every step, in words; nothing if it does. */
function broken({ client, transport, clock, pageSignals, wanted }: Life): string[] {
  const { connection } = client.snapshot;
  const words: string[] = [];
  const isHandover = connection.status === 'open' && connection.handover;
  if (transport.liveCount > (isHandover ? 2 : 1)) words.push(`I7 ${transport.liveCount} sockets`);
  const isTrying = connection.status === 'connecting' || connection.status === 'open';
  if (isTrying && transport.liveCount === 0 && clock.pendingTimers().length === 0 && !isParked(connection)) {
    words.push('UP-03 wanted on, and nothing will happen');
  }
  if (isTrying && !wanted) words.push('UP-24 on, and not wanted');
  if (connection.status === 'closed' && connection.reason !== 'exhausted') {
    if (transport.liveCount > 0) words.push('I8 closed, with a socket');
    if (pageSignals.listenerCount > 0) words.push('I8 closed, with a listener on the page');
  }
  return words;
}

function isParked(connection: object): boolean {
  return 'retryAtMs' in connection && connection.retryAtMs === null;
}

async function live(life: Life): Promise<string[]> {
  for (let count = 0; count < ACTIONS; count += 1) {
    const actions = life.random() < 0.45 ? ACTIONS_OF_USER : ACTIONS_OF_WORLD;
    try {
      await pick(life, actions)?.(life);
    } catch {
      // A connection that is over says nothing more.
    }
    if (life.random() < 0.7) await life.clock.advance(Math.floor(life.random() ** 4 * 15_000));
    answer(life);
    const words = broken(life);
    if (words.length > 0) return words.map((word) => `${word}, after ${count} actions`);
  }
  return [];
}

async function heal(life: Life): Promise<void> {
  life.token = 'good';
  life.dial = 'good';
  // What the provider has answered by now may still end the client.
  await life.clock.advance(0);
  life.pageSignals.comeBack();
  life.pageSignals.show();
  wish(life, true);
  for (let second = 0; second < 120; second += 1) {
    await life.clock.advance(1_000);
    answer(life);
  }
}

test.each(Array.from({ length: LIVES }, (_, index) => index + 1))(
  'UP-03 UP-13 UP-24 UP-06 CN-8 a random life comes right in the end (seed %d)',
  async (seed) => {
    const life = begin(seed);
    const { client, server, transport, assertClean } = life;
    const steps = watchSteps(client);
    const acks = listen(client, 'message-acked');
    const failures = listen(client, 'message-failed');

    const words = await live(life);
    await heal(life);

    expect(words).toEqual([]);
    expect(client.snapshot.connection, transport.transcript()).toMatchObject({ status: 'open' });
    expect(client.outbox.list(), transport.transcript()).toEqual([]);
    const settled = [...acks, ...failures].map(({ clientMessageId }) => clientMessageId);
    expect(new Set(settled).size).toBe(settled.length);
    const told = server.log.map(({ content }) => content);
    const shown = client.snapshot.messages.filter(({ id }) => id !== null).map(({ content }) => content);
    expect(shown, transport.transcript()).toEqual(told);
    expect(new Set(told.filter((text) => text.startsWith('m'))).size).toBe(
      told.filter((text) => text.startsWith('m')).length,
    );
    expect(steps.length).toBeGreaterThan(0);
    const closing = client.close();
    await life.clock.advance(5_000);
    await assertClean({ closing });
  },
);
