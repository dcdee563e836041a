/** Random lives of a chat with an assistant: questions, cuts, killed and repeated tasks, refused dials, in any order. */
import { describe, expect, test } from 'vitest';
import { ChatSocketClient } from '../../src/index.js';
import type { HttpPort } from '../../src/ports/http.js';
import { streamingProtocol } from '../../src/protocols/index.js';
import {
  countingIds,
  type LostDirection,
  type ManualClock,
  type MockConnection,
  type MockTransport,
  manualClock,
  mockPageSignals,
  mockTransport,
  seededRandom,
} from '../../src/testing/index.js';
import { AssistantServer } from './assistant-server.js';

const LIVES = Number(process.env['LIVES'] ?? 60);
const FIRST_SEED = Number(process.env['SEED'] ?? 1);
const STEPS = 60;

/** One task of the worker: it streams its answer chunk by chunk, and may be killed, fail or run again. */
class Worker {
  readonly #server: AssistantServer;
  readonly #roll: () => number;
  #taken = 0;
  #left: string[] | null = null;
  #answer = '';
  #answeredLast = '';

  constructor(server: AssistantServer, roll: () => number) {
    this.#server = server;
    this.#roll = roll;
  }

  get isIdle(): boolean {
    return this.#left === null && this.#taken >= this.#server.accepted.length;
  }

  step(mayFail: boolean): void {
    if (this.#left === null) return this.#begin();
    const roll = this.#roll();
    if (mayFail && roll < 0.05) {
      this.#server.say('error', { error: 'worker failed' });
      return this.#restart();
    }
    // Killed, and its task given to another worker.
    if (mayFail && roll < 0.1) return this.#restart();
    const chunk = this.#left.shift();
    if (chunk !== undefined) return this.#server.chunks(chunk);
    this.#server.complete(this.#answer);
    this.#left = null;
    this.#answeredLast = this.#answer;
    if (mayFail && this.#roll() < 0.1) this.#repeatLast();
  }

  #begin(): void {
    const question = this.#server.accepted[this.#taken];
    if (question === undefined) return;
    this.#taken += 1;
    this.#answer = `On ${question}: ${'word '.repeat(Math.floor(this.#roll() * 6))}.`;
    this.#restart();
  }

  #restart(): void {
    this.#left = this.#answer.match(/.{1,7}/gs) ?? [];
    this.#server.start();
  }

  /** A task that was acknowledged too late comes once more, and is not stored again. */
  #repeatLast(): void {
    this.#server.start();
    this.#server.chunks(...(this.#answeredLast.match(/.{1,5}/gs) ?? []));
    this.#server.say('complete');
  }
}

/** One tab of the conversation, and what was asked in it. */
interface Tab {
  readonly client: ChatSocketClient;
  readonly asked: string[];
}

function openTab(
  name: string,
  seed: number,
  world: { transport: MockTransport; clock: ManualClock; http: HttpPort },
): Tab {
  const client = new ChatSocketClient({
    url: `ws://localhost/?tab=${name}`,
    conversationId: 'conversation-1',
    protocol: streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` }),
    ...world,
    ids: countingIds(seed),
    random: seededRandom(seed + 1),
    pageSignals: mockPageSignals(),
    reconnect: { attemptsMax: Infinity, delayFirstMs: 500, delayMaxMs: 2_000, dialsPerMinuteMax: 60 },
    inbox: { historyMax: 500 },
  });
  client.connect();
  return { client, asked: [] };
}

async function live(seed: number) {
  const random = seededRandom(seed);
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const server = new AssistantServer(transport, () => clock.nowMs());
  const worker = new Worker(server, random);
  const names = seed % 2 === 0 ? ['one'] : ['one', 'other'];
  const tabs = names.map((name, index) => openTab(name, seed + index, { transport, clock, http: server.http }));
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)];
  const onOneTab = (deed: (connection: MockConnection) => void) => {
    const name = pick(names);
    for (const connection of server.openConnections) if (connection.url.endsWith(`tab=${name}`)) deed(connection);
  };
  const ask = () => {
    const tab = pick(tabs);
    if (tab === undefined) return;
    // Now and then in the words of an earlier question.
    const content = random() < 0.1 ? pick(tab.asked) : undefined;
    const name = tabs.indexOf(tab);
    tab.asked.push(tab.client.send(content ?? `question ${name}-${tab.asked.length}`).content);
  };
  const silenced = new Map<MockConnection, LostDirection>();
  /** What is lost stays lost: nothing comes after a hole. */
  const silence = (connection: MockConnection, direction: LostDirection) => {
    const silent = (silenced.get(connection) ?? direction) === direction ? direction : 'both';
    silenced.set(connection, silent);
    connection.blackhole(silent);
  };
  const cutAll = () => {
    for (const connection of server.openConnections) connection.dropAbruptly();
  };
  const deeds: readonly (readonly [weight: number, deed: () => void])[] = [
    [4, ask],
    [10, () => worker.step(true)],
    [1, () => onOneTab((connection) => connection.dropAbruptly())],
    [0.5, () => onOneTab((connection) => silence(connection, 'to-client'))],
    [0.5, () => onOneTab((connection) => silence(connection, 'to-server'))],
    [0.5, () => server.toggle('isRefusing')],
    // In the middle of an answer, as often as not.
    [1, () => pick(tabs)?.client.reconnect()],
    [0.5, () => onOneTab((connection) => connection.sendRaw('{"event":"token_expiring_soon","expires_in":60}'))],
    [0.5, () => server.toggle('hasHistory')],
  ];
  const total = deeds.reduce((sum, [weight]) => sum + weight, 0);
  for (let step = 0; step < STEPS; step += 1) {
    let roll = random() * total;
    const chosen = deeds.find(([weight]) => {
      roll -= weight;
      return roll < 0;
    });
    chosen?.[1]();
    await clock.advance(Math.floor(random() ** 3 * 3_000));
  }
  server.isRefusing = false;
  server.hasHistory = true;
  cutAll();
  for (let step = 0; step < 40; step += 1) {
    await clock.advance(5_000);
    for (let turn = 0; turn < 50 && !worker.isIdle; turn += 1) worker.step(false);
  }
  // Questions that others asked come with a join.
  if (tabs.length > 1) cutAll();
  await clock.advance(120_000);
  const views = tabs.map(({ client }) => ({
    shown: client.snapshot.messages.map(({ content, sender, stream }) => [sender.role, content.trim(), stream]),
    status: client.snapshot.connection.status,
  }));
  for (const { client } of tabs) client.dispose();
  return { asked: tabs.flatMap(({ asked }) => asked), views, rows: server.rows, accepted: server.accepted };
}

const sorted = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).sort();

describe('random lives with an assistant', () => {
  test(`DS-3 lose no question, ask none twice, and end with what the history has (${LIVES} lives)`, {
    timeout: 120_000,
  }, async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + LIVES; seed += 1) {
      const { asked, views, rows, accepted } = await live(seed);

      expect([...accepted].sort(), `SEED=${seed}`).toEqual([...asked].sort());
      const history = rows.map(({ sender, content }) => [sender === 'user' ? 'self' : 'assistant', content.trim()]);
      for (const { shown, status } of views) {
        expect(status, `SEED=${seed}`).toBe('open');
        expect(
          shown.filter(([, , stream]) => stream === 'streaming' || stream === 'stalled'),
          `SEED=${seed}`,
        ).toEqual([]);
        expect(sorted(shown.map(([role, content]) => [role, content])), `SEED=${seed}`).toEqual(sorted(history));
      }
    }
  });
});
