/** Listeners of every event, in every scenario, that throw, leave, close, send, stop: the client and the others hold. */

import { describe, expect, test } from 'vitest';
import type { TestWorld } from '../../src/testing/index.js';
import { EVENT_NAMES, type EventName, type ToldEvent, watchEvents } from '../client/chat-log.js';
import { makeWorld, play, SCENARIOS, type Scenario } from './scenarios.js';

const LATER_MS = 600_000;
/** A listener that sends at every event would never come to rest. */
const TIMES_MAX = 3;

/** What a listener does; `leave` removes it. */
type Reaction = (world: TestWorld, leave: () => void) => unknown;

/** These change nothing for anybody else. */
const HARMLESS: readonly (readonly [string, Reaction])[] = [
  ['throws', throwTrouble],
  ['rejects', () => Promise.reject(new Error('of a listener'))],
  ['removes itself', (_world, leave) => leave()],
  ['reads and subscribes', ({ client }) => client.subscribe(() => client.snapshot.messages.length)()],
  ['asks for what is there', ({ client }) => [client.explain(), client.metrics(), client.outbox.list()]],
];

/** These end the client, or make it do more; it must come to rest all the same. */
const BUSY: readonly (readonly [string, Reaction])[] = [
  ['closes', ({ client }) => void client.close()],
  ['disposes', ({ client }) => client.dispose()],
  ['logs out', ({ client }) => client.logout()],
  ['sends', ({ client }) => client.send('from within')],
  ['stops the answer', ({ client }) => client.stopStream()],
  ['reconnects', ({ client }) => client.reconnect()],
  [
    'closes and connects',
    ({ client }) => {
      void client.close();
      client.connect();
    },
  ],
  ['clears the outbox', ({ client }) => client.outbox.clear()],
  ['joins another conversation', ({ client }) => client.conversation('another').send('elsewhere')],
];

describe('the scenarios', () => {
  test('tell every event between them', async () => {
    const names = new Set<EventName>();
    for (const scenario of SCENARIOS) for (const { name } of await live(scenario)) names.add(name);

    expect(EVENT_NAMES.filter((name) => !names.has(name))).toEqual([]);
  });
});

describe.each(SCENARIOS)('in the life of “$name”', (scenario) => {
  test('I18 UP-33 every listener finds the client whole: the snapshot has what is told', async () => {
    const trouble: string[] = [];

    await live(scenario, (world) => {
      for (const name of EVENT_NAMES) {
        world.client.on(name, (payload) => {
          if (!agrees(world, { name, payload })) trouble.push(`${name} ${JSON.stringify(payload)}`);
        });
      }
    });

    expect(trouble).toEqual([]);
  });

  test.each(HARMLESS)('I17 F60 a listener that %s changes nothing for the others', async (_what, react) => {
    const before = (await live(scenario)).map(tellingOf);
    for (const name of new Set((await live(scenario)).map((event) => event.name))) {
      const after = await live(scenario, (world) => reactOn(world, name, react));

      expect(after.filter((event) => !isOurs(event)).map(tellingOf), `at ${name}`).toEqual(before);
    }
  });

  test.each(BUSY)('I18 I8 F58 F59 G20 a listener that %s leaves a whole client', async (_what, react) => {
    for (const name of new Set((await live(scenario)).map((event) => event.name))) {
      const trouble = await liveBusily(scenario, name, react);

      expect(trouble, `at ${name}`).toEqual([]);
    }
  });
});

/** What is told in a life, from the first step to long after the last. */
async function live(scenario: Scenario, prepare: (world: TestWorld) => void = () => undefined) {
  const world = makeWorld(scenario);
  prepare(world);
  const told = watchEvents(world.client);
  await play(world, scenario);
  await world.clock.advance(10_000);
  world.client.dispose();
  return told;
}

/** What is wrong with a client whose listener does that every time, up to a number of times. */
async function liveBusily(scenario: Scenario, name: EventName, react: Reaction): Promise<string[]> {
  const world = makeWorld(scenario);
  const told = watchEvents(world.client);
  const leave = reactOn(world, name, react);
  await play(world, scenario);
  await world.clock.advance(10_000);

  const trouble: string[] = told.flatMap(({ payload }) =>
    'error' in payload && !isExpected(payload.error) ? [payload.error.code] : [],
  );
  const ids = world.client.snapshot.messages.map(({ id, clientMessageId, key }) => id ?? clientMessageId ?? key);
  if (new Set(ids).size < ids.length) trouble.push(`shown twice: ${ids}`);
  const stored = world.server.log.flatMap(({ clientMessageId }) => clientMessageId ?? []);
  if (new Set(stored).size < stored.length) trouble.push(`stored twice: ${stored}`);
  leave();
  const ended = world.client.close();
  await world.clock.advance(LATER_MS);
  await world.assertClean({ ended }).catch((error: unknown) => trouble.push(String(error)));
  return trouble;
}

/** Events that the snapshot may follow a moment later are left out. */
function agrees({ client }: TestWorld, { name, payload }: ToldEvent): boolean {
  const { connection, messages } = client.snapshot;
  if (name === 'opened' || name === 'closed') return connection.status === (name === 'opened' ? 'open' : 'closed');
  if ('connection' in payload) return connection.status === payload.connection.status;
  if (name === 'message-failed' && 'clientMessageId' in payload) {
    return messages.every((row) => row.clientMessageId !== payload.clientMessageId || row.delivery === 'failed');
  }
  if (name === 'stream-ended' && 'status' in payload) {
    return messages.some((row) => row.id === payload.messageId && row.stream === payload.status);
  }
  return true;
}

function reactOn(world: TestWorld, name: EventName, react: Reaction): () => void {
  let times = 0;
  const leave = world.client.on(name, () => {
    times += 1;
    return times <= TIMES_MAX ? react(world, leave) : undefined;
  });
  return leave;
}

function throwTrouble(): never {
  throw new Error('of a listener');
}

function isOurs({ payload }: ToldEvent): boolean {
  return 'error' in payload && payload.error.code === 'usage/listener-threw';
}

/** What listeners bring about on purpose: calls after the end, and messages that failed as the scenario wants. */
function isExpected(error: { readonly code: string }): boolean {
  return !error.code.startsWith('usage/') || error.code === 'usage/listener-threw';
}

/** An event without what differs from life to life. */
function tellingOf({ name, payload }: ToldEvent): string {
  return `${name} ${JSON.stringify(payload)}`;
}
