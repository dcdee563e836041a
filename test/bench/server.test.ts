import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createChatServer } from '../../examples/server/shell/chat-server.js';
import { type LoadSocket, openLoadSocket } from '../../scripts/bench/server/load-socket.js';
import { contentOf, roomOf, type ServerState, type TalkFigures } from '../../scripts/bench/server/orders.js';
import { familyTicks, idleTicks, isQuiet, othersShareOf, roundsUntilQuiet } from '../../scripts/bench/server/quiet.js';
import type { TalkRound } from '../../scripts/bench/server/rounds.js';
import { talk } from '../../scripts/bench/server/talk.js';
import {
  bestOf,
  checksOf,
  isGood,
  medianOf,
  memoryRows,
  pageRow,
  type ServerReport,
  type Times,
  talkRow,
} from '../../scripts/bench/server/verdict.js';
import { quantile } from '../../scripts/bench/statistics.js';
import { until, within } from '../play/sockets.js';

const ORDER = { perSecond: 100, round: 4, warmUpMs: 500, measuredMs: 2_000, seed: 1 };

/** Sockets of one conversation; everybody hears a message after 10 ms, and its ack comes after 5. */
function fakeSockets(count: number, copiesOf: (content: string, listener: number) => number): readonly LoadSocket[] {
  let ids = 0;
  const sockets: LoadSocket[] = [];
  const fake = (): LoadSocket => ({
    onMessage: () => {},
    onAck: () => {},
    conversationId: 'room',
    isOpen: true,
    send(content) {
      ids += 1;
      const messageId = `m${ids}`;
      setTimeout(() => this.onAck(messageId), 5);
      setTimeout(() => {
        for (const [index, socket] of sockets.entries())
          for (let copy = 0; copy < copiesOf(content, index); copy += 1) socket.onMessage(content);
      }, 10);
      return messageId;
    },
    close: () => {},
  });
  for (let index = 0; index < count; index += 1) sockets.push(fake());
  return sockets;
}

describe('a talk', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function figuresOf(sockets: readonly LoadSocket[]): Promise<TalkFigures> {
    const figures = talk(sockets, ORDER);
    await vi.advanceTimersByTimeAsync(10_000);
    return figures;
  }

  test('keeps its rate, leaves out the warming up, and times every copy but the own one', async () => {
    const figures = await figuresOf(fakeSockets(3, () => 1));

    expect(figures.sent).toBeGreaterThan(160);
    expect(figures.sent).toBeLessThan(240);
    expect(figures.expected).toBe(2 * figures.sent);
    expect(figures.receiptsMs).toEqual(Array.from({ length: figures.expected }, () => 10));
    expect(figures.acksMs).toEqual(Array.from({ length: figures.sent }, () => 5));
    expect(Math.max(...figures.lateMs)).toBeLessThanOrEqual(1);
    expect(figures).toMatchObject({ doubled: 0, ended: 0 });
  });

  test('misses what nobody heard, and counts what came twice once', async () => {
    // Nobody hears the message 3, and everybody the message 5 twice.
    const sockets = fakeSockets(3, (content) => ({ '4.3': 0, '4.5': 2 })[content] ?? 1);

    const figures = await figuresOf(sockets);

    expect(figures.receiptsMs).toHaveLength(figures.expected - 2);
    expect(figures.doubled).toBe(2);
  });

  test('is not disturbed by what was said in another round', async () => {
    const sockets = fakeSockets(3, () => 1);
    setTimeout(() => sockets[1]?.onMessage(contentOf(3, 7)), 1_500);

    const figures = await figuresOf(sockets);

    expect(figures).toMatchObject({ doubled: 0, receiptsMs: { length: figures.expected } });
  });

  test('counts the connections that are not open any more', async () => {
    const [first, ...others] = fakeSockets(3, () => 1);
    const ended = first === undefined ? [] : [{ ...first, isOpen: false }];

    expect((await figuresOf([...ended, ...others])).ended).toBe(1);
  });
});

test('a bare socket joins, is heard by the other, and learns that its message was taken', async () => {
  const server = await createChatServer({
    secret: 'at least 16 characters',
    origins: [],
    allowMissingOrigin: true,
    rooms: [{ id: roomOf(4), assistant: 'never' }],
  });
  const sockets: LoadSocket[] = [];
  try {
    const open = (id: string) => {
      const token = server.issueToken({ id, name: id });
      return openLoadSocket({ url: `${server.url}/ws`, token, conversationId: roomOf(0) });
    };
    sockets.push(...(await within('both join', Promise.all([open('ada'), open('bob')]))));
    const [ada, bob] = sockets;
    const heard: string[] = [];
    const acked: string[] = [];
    if (bob !== undefined) bob.onMessage = (content) => heard.push(content);
    if (ada !== undefined) ada.onAck = (messageId) => acked.push(messageId);

    const messageIds = ['0', '1'].map((content) => ada?.send(content));
    await until('everything is heard', () => heard.length >= 2 && acked.length >= 2);

    expect(heard).toEqual(['0', '1']);
    expect(acked).toEqual(messageIds);
  } finally {
    for (const socket of sockets) socket.close();
    await within('the server closes', server.close());
  }
});

test('conversations are of five seats in a row', () => {
  expect([0, 4, 5, 9, 10].map(roomOf)).toEqual(['bench-0', 'bench-0', 'bench-1', 'bench-1', 'bench-2']);
});

describe('the verdict', () => {
  const state = (connections: number, rssKb: number, heapKb: number): ServerState => {
    return { connections, rssBytes: rssKb * 1_000, heapBytes: heapKb * 1_000 };
  };
  const round = (slowMs: number, othersShare = 0): TalkRound => {
    const receiptsMs = [...Array.from({ length: 98 }, () => 1), slowMs, slowMs];
    const counts = { sent: 25, expected: 100, doubled: 0, ended: 0 };
    const figures = { ...counts, receiptsMs, acksMs: receiptsMs.slice(0, 25), lateMs: [] };
    return { figures, othersShare, serverShare: 0.4, clientsShare: 0.3, serverLagP99Ms: 1 };
  };
  const shown = (frameMs: number, othersShare = 0) => {
    return { sent: 1, rows: [{ frameMs, serverMs: frameMs }], othersShare };
  };
  const report = (rounds: readonly TalkRound[], pageRounds = [shown(1)], rssKb = 1): ServerReport => ({
    memory: memoryRows([state(0, 100, 10), state(10, 600, 110), state(100, 100 + 100 * rssKb, 1_010)]),
    talks: [talkRow(100, rounds)],
    page: pageRow(pageRounds),
  });
  const missesOf = (given: ServerReport) => checksOf(given).flatMap((check) => (isGood(check) ? [] : check.name));

  test('takes the memory of each connection from the difference to a server without any', () => {
    expect(memoryRows([state(0, 100, 10), state(10, 600, 110), state(100, 1_500, 1_010)])).toEqual([
      { connections: 10, rssKb: 50, heapKb: 10, rssKbGrowth: 50, heapKbGrowth: 10 },
      { connections: 100, rssKb: 14, heapKb: 10, rssKbGrowth: 10, heapKbGrowth: 10 },
    ]);
  });

  test('is good at the limits, and names what is beyond', () => {
    expect(missesOf(report([round(50)], [shown(100)], 50))).toEqual([]);
    expect(missesOf(report([round(50.1)], [shown(100.1)], 50.1))).toEqual([
      '100 connections: resident memory of each',
      '100 connections: p99 from send to receipt',
      'page: p99 from frame to row',
    ]);
  });

  test('counts no round in which other programs were at work, and needs one in which they were not', () => {
    const busy = [round(1, 0.21), shown(1, 0.21)] as const;
    const slow = ['100 connections: p99 from send to receipt', 'page: p99 from frame to row'];

    expect(missesOf(report([round(50, 0.2), round(90, 0.5)], [shown(100, 0.2), shown(200, 0.5)]))).toEqual([]);
    expect(missesOf(report([busy[0], round(90)], [busy[1], shown(200)]))).toEqual(slow);
    expect(missesOf(report([busy[0]], [busy[1]]))).toEqual(slow);
  });

  test('is not good where something is missing, came twice or ended, in whichever round', () => {
    const good = round(1);
    const rounds = (changed: Partial<TalkFigures>) => [{ ...good, figures: { ...good.figures, ...changed } }, good];
    const lost = '100 connections: copies and acks missing, copies doubled';

    expect(missesOf(report(rounds({ expected: 101 })))).toEqual([lost]);
    expect(missesOf(report(rounds({ sent: 26 })))).toEqual([lost]);
    expect(missesOf(report(rounds({ doubled: 1 })))).toEqual([lost]);
    expect(missesOf(report(rounds({ ended: 1 }).reverse()))).toEqual(['100 connections: connections that ended']);
    expect(missesOf(report([good], [{ ...shown(1), sent: 2 }]))).toEqual(['page: messages that never had a row']);
    expect(missesOf(report([good], []))).toEqual(['page: p99 from frame to row']);
  });

  test('the best round is that of the least p99, and each figure has a median of its own', () => {
    const times = (p50: number, p99: number): Times => ({ p50, p95: p50, p99, max: p99 });
    const rounds = [times(1, 30), times(3, 10), times(2, 20)];

    expect(bestOf(rounds)).toEqual(times(3, 10));
    expect(medianOf(rounds)).toEqual(times(2, 20));
    expect(bestOf([]).p99).toBeNaN();
    expect(medianOf([]).p99).toBeNaN();
  });
});

describe('rounds', () => {
  const measured = async (wanted: number, shares: readonly number[]) => {
    const rounds = await roundsUntilQuiet(wanted, async (round) => ({ othersShare: shares[round] ?? 0 }));
    return { count: rounds.length, quiet: rounds.filter(isQuiet).length };
  };

  test('go on until enough of them were quiet', async () => {
    expect(await measured(2, [])).toEqual({ count: 2, quiet: 2 });
    expect(await measured(2, [1, 0, 0.3])).toEqual({ count: 4, quiet: 2 });
  });

  test('do not go on for ever where the machine never comes to rest', async () => {
    expect(await measured(2, [1, 1, 1, 1, 1, 1, 1, 1])).toEqual({ count: 6, quiet: 0 });
  });
});

describe('the share of other programs', () => {
  test('is what the processors did beside the bench', () => {
    const before = { atMs: 0, idleMs: 500, ownMs: 100 };

    expect(othersShareOf(before, { atMs: 1_000, idleMs: 1_300, ownMs: 600 }, 2)).toBeCloseTo(0.7);
    expect(othersShareOf(before, { atMs: 1_000, idleMs: 2_000, ownMs: 610 }, 2)).toBe(0);
    expect(othersShareOf(null, before, 2)).toBe(0);
  });

  test('takes waiting for a disk for idle, and counts every descendant of the bench', () => {
    const line = (pid: number, name: string, parent: number) =>
      `${pid} (${name}) S ${parent} 1 1 0 -1 4194560 100 0 0 0 30 4 0 0 20 0 1 0 1 1 1`;
    const family = [line(9, 'sh) (x', 7), line(7, 'node', 5), line(5, 'node', 1), line(6, 'other', 1)];

    expect(idleTicks('cpu  10 20 30 400 50 6 7 8 0 0\ncpu0 1 2 3 4 5\n')).toBe(450);
    expect(familyTicks(family, 5)).toBe(3 * 34);
  });
});

test('a quantile is one of the values, whatever their order', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);

  expect([0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([50, 99, 100]);
  expect(quantile([], 0.5)).toBeNaN();
});
