/** Connections that are cut again and again: the times of their ends tell by what. */

import { describe, expect, test } from 'vitest';
import type { CloseCause } from '../../../src/core/connection/close-cause.js';
import { ConnectionWorld } from '../../support/connection-world.js';

/** One life: how long it lasts, and how long before its end the last frame comes in. */
type Life = readonly [ageMs: number, quietMs: number, code?: number];

function diagnosesOf(
  lives: readonly Life[],
  policy = { stableAfterMs: 1_000_000 },
): readonly CloseCause['diagnosis'][] {
  const world = new ConnectionWorld({ policy: { heartbeatIntervalMs: Number.POSITIVE_INFINITY, ...policy } });
  world.connect();
  for (const [ageMs, quietMs, code = 1006] of lives) {
    for (let step = 0; step < 3; step += 1) world.succeed();
    world.runFor(ageMs - quietMs);
    world.hear(false);
    world.runFor(quietMs);
    world.closeSocket(code);
    world.runToRetry();
  }
  return world.causes.map(({ diagnosis }) => diagnosis);
}

const last = (lives: readonly Life[]) => diagnosesOf(lives).at(-1);

describe('UP-34 three connections in a row', () => {
  test.each<[string, readonly Life[], CloseCause['diagnosis']]>([
    [
      'cut at 60 s, idle all their lives',
      [
        [60_300, 60_300],
        [60_100, 60_000],
        [61_400, 61_200],
      ],
      'idle-timeout',
    ],
    [
      'cut 60 s after the last frame, however old',
      [
        [75_000, 60_100],
        [400_000, 60_200],
        [61_000, 60_100],
      ],
      'idle-timeout',
    ],
    [
      'cut at 300 s while frames came in',
      [
        [300_200, 4_000],
        [299_800, 21_000],
        [300_100, 9_000],
      ],
      'age-limit',
    ],
    [
      'cut at 60 s, each 10 s after a ping',
      [
        [60_300, 10_300],
        [60_200, 10_200],
        [60_400, 10_400],
      ],
      'age-limit',
    ],
    [
      'cut at any time',
      [
        [61_000, 7_000],
        [150_000, 21_000],
        [34_000, 16_000],
      ],
      null,
    ],
    [
      'of which one lived longer',
      [
        [60_300, 60_300],
        [62_000, 62_000],
        [60_100, 60_100],
      ],
      null,
    ],
    [
      'cut after times that nobody sets',
      [
        [57_500, 57_500],
        [57_400, 57_400],
        [57_600, 57_600],
      ],
      null,
    ],
    [
      'cut as soon as they were open',
      [
        [300, 300],
        [200, 200],
        [400, 400],
      ],
      null,
    ],
  ])('%s', (_what, lives, diagnosis) => {
    expect(diagnosesOf(lives)).toEqual([null, null, diagnosis]);
  });

  test('are fewer than three after two', () => {
    expect(
      last([
        [60_000, 60_000],
        [60_000, 60_000],
      ]),
    ).toBeNull();
  });

  test('are not in a row where one was closed by the server', () => {
    expect(
      last([
        [60_000, 60_000],
        [60_000, 60_000],
        [60_000, 60_000, 1001],
        [60_000, 60_000],
      ]),
    ).toBeNull();
    expect(
      last([
        [60_000, 60_000],
        [60_000, 60_000],
        [60_000, 60_000, 1001],
      ]),
    ).toBeNull();
  });

  test('are in a row although a dial between them failed, whose own cause is another', () => {
    const world = new ConnectionWorld({ policy: { heartbeatIntervalMs: Number.POSITIVE_INFINITY } });
    world.connect();
    for (let life = 0; life < 3; life += 1) {
      world.closeSocket(1006);
      world.runToRetry();
      for (let step = 0; step < 3; step += 1) world.succeed();
      world.runFor(60_000);
      world.closeSocket(1006);
      world.runToRetry();
    }
    // Nobody answers the token call.
    world.runFor(10_000);

    const diagnoses = world.causes.map(({ diagnosis }) => diagnosis);
    expect(diagnoses).toEqual([null, null, null, null, null, 'idle-timeout', null]);
    expect(world.causes.slice(0, 6).map(({ ageMs, quietMs }) => [ageMs, quietMs])).toEqual(
      [0, 1, 2].flatMap(() => [
        [null, null],
        [60_000, 60_000],
      ]),
    );
  });

  test('are so after each of them lasted, too', () => {
    const lives: readonly Life[] = [1, 2, 3, 4].map(() => [60_000, 60_000] as const);

    expect(diagnosesOf(lives, { stableAfterMs: 10_000 })).toEqual([null, null, 'idle-timeout', 'idle-timeout']);
  });
});
