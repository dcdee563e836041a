/** `close()`, `dispose()` and `logout()` after every step of every scenario: nothing is left, and nothing is said any more. */

import { describe, expect, test } from 'vitest';
import type { TestWorld } from '../../src/testing/index.js';
import { watchEvents } from '../client/chat-log.js';
import { makeWorld, play, SCENARIOS, type Scenario } from './scenarios.js';

const LATER_MS = 600_000;

const ENDS: readonly (readonly [name: string, end: (world: TestWorld) => Promise<void>])[] = [
  ['close()', ({ client }) => client.close()],
  ['dispose()', async ({ client }) => client.dispose()],
  ['logout()', ({ client }) => client.logout()],
  ['close() twice', ({ client }) => Promise.all([client.close(), client.close()]).then(() => undefined)],
  ['close({ drainMs })', ({ client }) => client.close({ drainMs: 1_000 })],
  [
    'reconnect() and close()',
    ({ client }) => {
      client.reconnect();
      return client.close();
    },
  ],
];

describe.each(SCENARIOS)('in the life of “$name”', (scenario) => {
  test.each(ENDS)('I8 F57 %s after every step leaves no socket, timer, listener or word', async (_what, end) => {
    for (let step = 0; step <= scenario.steps.length; step += 1) {
      const trouble = await endAfter(scenario, step, end);
      expect(trouble, `after step ${step}`).toEqual([]);
    }
  });
});

/** What is wrong ten minutes after the end. */
async function endAfter(scenario: Scenario, step: number, end: (world: TestWorld) => Promise<void>): Promise<string[]> {
  const world = makeWorld(scenario);
  await play(world, scenario, step);
  const told = watchEvents(world.client);
  let calls = 0;
  world.client.subscribe(() => {
    calls += 1;
  });
  const promises = { ended: end(world) };
  await world.clock.advance(10_000);
  // At once: a timer that is left would have fired by the time that everything is looked at again.
  const trouble: string[] = [];
  await world.assertClean(promises).catch((error: unknown) => trouble.push(String(error)));
  const wordsAtEnd = told.length;
  const callsAtEnd = calls;
  await world.clock.advance(LATER_MS);

  const closed = told.filter(({ name }) => name === 'closed').length;
  if (closed > 1) trouble.push(`${closed} events closed`);
  if (told.length > wordsAtEnd) trouble.push(`events later: ${told.slice(wordsAtEnd).map(({ name }) => name)}`);
  if (calls > callsAtEnd) trouble.push('snapshots later');
  if (world.client.snapshot.connection.status !== 'closed') trouble.push(world.client.snapshot.connection.status);
  if (world.client.snapshot.isResponding) trouble.push('still responding');
  await world.assertClean(promises).catch((error: unknown) => trouble.push(String(error)));
  return trouble;
}
