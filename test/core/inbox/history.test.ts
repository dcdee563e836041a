/** What is kept is bounded, ordered and cheap, and what did not change stays the same object. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History } from '../../../src/core/inbox/history.js';
import type { Inbox } from '../../../src/core/inbox/inbox.js';
import { RecentMap } from '../../../src/core/inbox/recent-map.js';
import type { MessageRow } from '../../../src/core/message.js';
import { idsOf, joinedInbox, liveMessage, numbered, readEvent, SELF } from '../../support/wire-log.js';

const SEED = Number(process.env['SEED'] ?? 777);

function row(id: string, facts: Partial<MessageRow> = {}): MessageRow {
  return {
    key: `key of ${id}`,
    id,
    clientMessageId: null,
    conversationId: 'c1',
    sender: { id: null, role: 'other' },
    content: id,
    createdAtMs: 0,
    seq: null,
    inReplyTo: null,
    delivery: null,
    stream: null,
    failure: null,
    metadata: null,
    ...facts,
  };
}

function pendingRow(clientMessageId: string): MessageRow & { readonly clientMessageId: string } {
  return { ...row(clientMessageId), id: null, clientMessageId, delivery: 'failed' };
}

function shown(history: History): readonly string[] {
  return history.rows.map(({ id, clientMessageId }) => id ?? `(${clientMessageId})`);
}

describe('a capped history', () => {
  test(`UP-38 UP-40 RX-6 keeps the newest of any insertions, in order, with all that is pending (seed ${SEED})`, {
    timeout: 60_000,
  }, () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.uniqueArray(fc.nat(400), { maxLength: 400, size: 'max' }),
      fc.array(fc.nat(5), { maxLength: 5, size: 'max' }),
      (rowsMax, seqs, pending) => {
        const history = new History(rowsMax);
        let model: number[] = [];
        let wholeFromSeq = 0;
        for (const id of pending) history.setPending(pendingRow(`p${id}`));

        for (const seq of seqs) {
          history.insert(row(`m${seq}`, { seq }));
          const all = [...model, seq].sort((a, b) => a - b);
          model = all.slice(-rowsMax);
          wholeFromSeq = Math.max(wholeFromSeq, ...all.slice(0, -rowsMax).map((gone) => gone + 1));
          for (const other of [seq, ...model]) {
            expect(history.find(`m${other}`)?.seq ?? null).toBe(model.includes(other) ? other : null);
          }
        }

        expect(shown(history)).toEqual([
          ...model.map((seq) => `m${seq}`),
          ...[...new Set(pending)].map((id) => `(p${id})`),
        ]);
        expect(history.fromSeq ?? 0).toBe(wholeFromSeq);
      },
    );

    fc.assert(property, { seed: SEED, numRuns: 120 });
  });

  test('UP-38 never evicts an answer that still grows, and evicts it once it has ended', () => {
    const history = new History(3);
    history.insert(row('a', { stream: 'streaming' }));
    history.insert(row('b', { stream: 'stalled' }));
    for (let index = 0; index < 600; index += 1) history.insert(row(`m${index}`));
    const during = shown(history);

    history.replace('a', row('a', { stream: 'done' }));
    history.insert(row('last'));

    expect(during).toEqual(['a', 'b', 'm599']);
    expect(shown(history)).toEqual(['b', 'm599', 'last']);
  });

  test('UP-38 keeps an answer that is done until the next row comes, though those behind it have gone', () => {
    const history = new History(3);
    history.insert(row('answer', { stream: 'streaming', seq: 57 }));
    for (const seq of [58, 59, 60, 61, 62]) history.insert(row(`m${seq}`, { seq }));

    history.replace('answer', row('answer', { stream: 'done', seq: 57 }));
    const alone = shown(history);
    history.insert(row('m63', { seq: 63 }));

    expect(alone).toEqual(['answer', 'm61', 'm62']);
    expect(shown(history)).toEqual(['m61', 'm62', 'm63']);
  });

  test('UP-38 never evicts what is pending or failed', () => {
    const history = new History(2);
    for (const id of ['x', 'y', 'z']) history.setPending(pendingRow(id));

    for (let index = 0; index < 1_000; index += 1) history.insert(row(`m${index}`));

    expect(shown(history)).toEqual(['m998', 'm999', '(x)', '(y)', '(z)']);
  });

  test('RX-6 keeps what the user asked to see from further back', () => {
    const history = new History(2);
    history.insert(row('c', { seq: 3 }));
    history.insert(row('d', { seq: 4 }));

    history.prepend([row('a', { seq: 1 }), row('b', { seq: 2 })], 1);

    expect(shown(history)).toEqual(['a', 'b', 'c', 'd']);
    expect([history.fromSeq, history.find('a')?.id]).toEqual([1, 'a']);
  });

  test('I3 RX-6 is filled behind an answer that stood alone, page by page', () => {
    const history = new History(3);
    history.insert(row('answer', { stream: 'streaming', seq: 2 }));
    for (const seq of [3, 4, 5, 6, 7, 8]) history.insert(row(`m${seq}`, { seq }));
    const askedBefore = [history.fromSeq];
    const steps = [shown(history)];

    history.prepend([row('m5', { seq: 5 }), row('m6', { seq: 6 })], 5);
    askedBefore.push(history.fromSeq);
    steps.push(shown(history));
    history.prepend([row('m1', { seq: 1 }), row('m3', { seq: 3 }), row('m4', { seq: 4 })], 1);
    steps.push(shown(history));

    expect(steps).toEqual([
      ['answer', 'm7', 'm8'],
      ['answer', 'm5', 'm6', 'm7', 'm8'],
      ['m1', 'answer', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8'],
    ]);
    expect(askedBefore).toEqual([7, 5]);
  });

  test('RX-5 forgets what was confirmed at a reset, and nothing else', () => {
    const history = new History(5);
    history.insert(row('a'));
    history.setPending(pendingRow('x'));

    history.reset();

    expect([shown(history), history.find('a')]).toEqual([['(x)'], null]);
  });
});

describe('rows that did not change', () => {
  test('UP-38 are the same objects, and the list is the same until something changed', () => {
    const inbox = joinedInbox(100);
    const before = inbox.rows;

    inbox.receive(liveMessage(numbered(100)));
    const unchanged = inbox.rows;
    inbox.receive(liveMessage(numbered(101)));

    expect(unchanged).toBe(before);
    expect(inbox.rows.slice(0, 100).every((each, index) => each === before[index])).toBe(true);
  });

  test('UP-38 stay so when a read mark comes again', () => {
    const inbox = joinedInbox(1);
    inbox.receive(liveMessage(numbered(2, { senderId: SELF })));
    inbox.receive(readEvent(3, ['m1', 'm2']));
    const before = inbox.rows;

    inbox.receive(readEvent(4, ['m1', 'm2']));

    expect(inbox.rows).toBe(before);
    expect(inbox.find('m2')?.delivery).toBe('read');
  });
});

describe('the cost of one more message', () => {
  test('UP-38 does not grow with the history', () => {
    const append = (inbox: Inbox, from: number, count: number) => {
      const started = process.cpuUsage();
      for (let seq = from; seq < from + count; seq += 1) inbox.receive(liveMessage(numbered(seq)));
      return process.cpuUsage(started).user / 1_000;
    };
    const costOf = (historyMax: number) => {
      const inbox = joinedInbox(0, { historyMax });
      append(inbox, 1, historyMax);
      return Math.min(...[0, 1, 2].map((turn) => append(inbox, historyMax + 1 + turn * 50_000, 50_000)));
    };
    costOf(100);

    const small = costOf(100);
    const large = costOf(10_000);

    // Work that grows with the history would cost a hundred times as much.
    expect(large / Math.max(small, 5)).toBeLessThan(10);
  });

  test('UP-38 leaves 300,000 messages as 100 rows', () => {
    const inbox = joinedInbox(0, { historyMax: 100 });

    for (let seq = 1; seq <= 300_000; seq += 1) inbox.receive(liveMessage(numbered(seq, { content: 'x' })));

    expect(inbox.rows).toHaveLength(100);
    expect(idsOf(inbox).at(-1)).toBe('m300000');
  });
});

test('UP-38 the memory for ids keeps the newest, and at most twice as many as it has to', () => {
  const seen = new RecentMap<number>(100);

  for (let count = 0; count < 10_000; count += 1) seen.set(`id ${count}`, count);

  const remembered = Array.from({ length: 10_000 }, (_, count) => seen.get(`id ${count}`) ?? null);
  const first = remembered.findIndex((count) => count !== null);
  expect(first).toBeGreaterThanOrEqual(10_000 - 200);
  expect(first).toBeLessThanOrEqual(10_000 - 100);
  expect(remembered.slice(first).every((count, index) => count === first + index)).toBe(true);
});
