import { describe, expect, test } from 'vitest';
import { centrifuge } from '../../scripts/bench/flapping/centrifuge.js';
import { chatsocket } from '../../scripts/bench/flapping/chatsocket.js';
import { killGaps } from '../../scripts/bench/flapping/kill-schedule.js';
import { phoenix } from '../../scripts/bench/flapping/phoenix.js';
import { partysocket, reconnectingWebSocket } from '../../scripts/bench/flapping/plain-sockets.js';
import { socketIo, socketIoWithAcks, socketIoWithRetries } from '../../scripts/bench/flapping/socket-io.js';
import { textTable } from '../../scripts/bench/text-table.js';
import { until, within } from '../play/sockets.js';

const SETTING = { sends: 20, reconnectMs: 20, ackTimeoutMs: 1_000, seed: 1 };

const TELLING = [chatsocket, socketIoWithAcks, socketIoWithRetries, centrifuge, phoenix];

describe('every contestant over a link without faults', () => {
  test.each([
    ...TELLING.map((contestant) => ({ contestant, told: 'ok' })),
    { contestant: partysocket, told: 'ok' },
    { contestant: reconnectingWebSocket, told: 'nothing' },
    { contestant: socketIo, told: 'nothing' },
  ])('$contestant.name delivers in order, once, and says $told', async ({ contestant, told }) => {
    const party = await contestant.start(SETTING);
    const seen: string[] = [];
    try {
      await within(
        'the observer connects',
        party.observe((text) => seen.push(text)),
      );
      const sender = await within('the sender connects', party.join(party.serverPort));

      const answers = await within('the sender is told', Promise.all(['a', 'b', 'c'].map((text) => sender.send(text))));
      await until('the observer sees everything', () => seen.length >= 3);

      expect(answers).toEqual([told, told, told]);
      expect(seen).toEqual(['a', 'b', 'c']);
      expect(await party.log()).toEqual(['a', 'b', 'c']);
      expect(sender.account()?.shown ?? seen).toEqual(['a', 'b', 'c']);
    } finally {
      await within('everything closes', party.close());
    }
  });
});

describe('the cuts', () => {
  test('come 60 to 140 ms apart, alike for the same seed', () => {
    const take = (seed: number) => {
      const gaps = killGaps(seed);
      return Array.from({ length: 200 }, () => gaps.next().value);
    };

    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    expect(take(7).every((gapMs) => gapMs >= 60 && gapMs <= 140)).toBe(true);
  });
});

test('a table has its names to the left and its figures to the right', () => {
  expect(
    textTable([
      ['client', 'lost'],
      ['a', '12'],
    ]),
  ).toBe('client  lost\n------  ----\na         12');
});
