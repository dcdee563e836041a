import { describe, expect, test } from 'vitest';
import type { TokenAnswer } from '../../src/ports/token-source.js';
import { createTestClient } from '../../src/testing/index.js';

describe('a token that is over before it is used', () => {
  test.each<[string, number | undefined, number, number]>([
    ['is dropped, and another is asked for', 60_000, 61_000, 2],
    ['is used in its last second', 60_000, 59_000, 1],
    ['is used whatever its life, where nobody knows it', undefined, 61_000, 1],
    ['is used where clocks that disagree made its life end before it began', -5_000, 61_000, 1],
  ])('F51 CN-2 UP-42 %s', async (_what, ...[expiresInMs, sleptMs, calls]) => {
    const answers: ((answer: TokenAnswer) => void)[] = [];
    const { client, clock, open, transport } = createTestClient({
      client: { timeouts: { tokenMs: 120_000 }, token: () => new Promise((resolve) => answers.push(resolve)) },
    });
    await open();
    await clock.advance(sleptMs);

    const life = expiresInMs === undefined ? {} : { expiresInMs };
    answers[0]?.({ token: 'token-1', ...life });
    await clock.advance(0);
    answers[1]?.({ token: 'token-2', ...life });
    await clock.advance(0);

    expect(answers).toHaveLength(calls);
    expect(transport.tokens).toEqual([`token-${calls}`]);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('F51 UP-42 is asked for twice at most in one dial, by a provider that is always too slow', async () => {
    let calls = 0;
    const { client, clock, open, transport } = createTestClient({
      client: {
        token: async () => {
          calls += 1;
          const token = `token-${calls}`;
          await new Promise<void>((resolve) => clock.startTimer(resolve, 3_000));
          return { token, expiresInMs: 1_000 };
        },
      },
    });
    await open();

    await clock.advance(6_000);

    expect([calls, transport.tokens]).toEqual([2, ['token-2']]);
    client.dispose();
  });

  test('F51 F53 is refused by the server where the client cannot know, and costs one more dial', async () => {
    const { client, open, transport, clock } = createTestClient();
    const refusals: string[] = [];
    transport.onConnection((connection) => {
      if (connection.token !== 'token-1') return;
      refusals.push(connection.token);
      connection.close(4401);
    });

    await open();
    await clock.advance(5_000);

    expect(refusals).toEqual(['token-1']);
    expect(transport.tokens).toEqual(['token-1', 'token-2']);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});
