/** A random network between a log and its inbox: what is shown is the server's log, in order, and each once. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogFrame } from '../../../src/core/frame.js';
import type { Inbox } from '../../../src/core/inbox/inbox.js';
import type { InboxChange } from '../../../src/core/inbox/inbox-change.js';
import {
  idsOf,
  joinedAnswer,
  joinedInbox,
  kindsOf,
  liveMessage,
  makeInbox,
  numbered,
  readEvent,
  wireMessage,
} from '../../support/wire-log.js';

const SEED = Number(process.env['SEED'] ?? 424_242);

/** Every fourth event of the log is a read mark, so numbers have holes where messages are looked at alone. */
function eventAt(seq: number): LogFrame {
  return seq % 4 === 0 ? readEvent(seq, [`m${seq - 1}`]) : liveMessage(numbered(seq));
}

function messagesBetween(afterSeq: number, untilSeq: number) {
  const seqs = Array.from({ length: Math.max(0, untilSeq - afterSeq) }, (_, index) => afterSeq + index + 1);
  return seqs.filter((seq) => seq % 4 !== 0).map((seq) => numbered(seq));
}

/** Frames of the log reach the inbox as the network wills; a join is answered from the cursor. */
class Line {
  readonly inbox: Inbox;
  readonly received: string[] = [];
  headSeq: number;
  #isJoining = false;

  constructor(reorderMax: number, headSeq: number) {
    this.inbox = makeInbox({ reorderMax });
    this.headSeq = headSeq;
    this.startJoin();
    this.answerJoin();
  }

  deliver(seq: number): void {
    if (seq >= 1 && seq <= this.headSeq) this.#note(this.inbox.receive(eventAt(seq)));
  }

  startJoin(): void {
    if (this.#isJoining) return;
    this.#isJoining = true;
    this.inbox.startJoin();
  }

  answerJoin(): void {
    if (!this.#isJoining) return;
    this.#isJoining = false;
    const messages = messagesBetween(this.inbox.cursor?.seq ?? 0, this.headSeq);
    this.#note(this.inbox.join(joinedAnswer(messages, this.headSeq)).changes);
  }

  #note(changes: readonly InboxChange[]): void {
    for (const change of changes) {
      if (change.type === 'received') this.received.push(change.row.id ?? '');
      if (change.type === 'rejoin-needed' || change.type === 'hole-seen') this.startJoin();
    }
  }
}

const moves = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: 'next' as const, distance: 0 }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('early' as const), distance: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('again' as const), distance: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'lost' as const, distance: 0 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rejoin' as const, distance: 0 }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'answer' as const, distance: 0 }) },
);

describe('an inbox behind a bad network', () => {
  test(`RX-1 UP-05 UP-06 F31 F33 F34 F35 shows the log in order and each message once (seed ${SEED})`, () => {
    const property = fc.property(
      fc.array(moves, { maxLength: 120, size: 'max' }),
      fc.constantFrom(1, 3, 256),
      fc.nat(9),
      (sequence, reorderMax, headSeq) => {
        const line = new Line(reorderMax, headSeq);
        const first = headSeq;

        for (const { kind, distance } of sequence) {
          if (kind === 'next' || kind === 'lost') line.headSeq += 1;
          if (kind === 'next') line.deliver(line.headSeq);
          if (kind === 'early') {
            line.headSeq += distance;
            line.deliver(line.headSeq);
          }
          if (kind === 'again') line.deliver(line.headSeq - distance);
          if (kind === 'rejoin') line.startJoin();
          if (kind === 'answer') line.answerJoin();
          expect(idsOf(line.inbox)).toEqual(messagesBetween(0, line.inbox.cursor?.seq ?? 0).map(({ id }) => id));
        }
        line.startJoin();
        line.answerJoin();

        expect(idsOf(line.inbox)).toEqual(messagesBetween(0, line.headSeq).map(({ id }) => id));
        expect(line.received).toEqual(messagesBetween(first, line.headSeq).map(({ id }) => id));
      },
    );

    fc.assert(property, { seed: SEED, numRuns: 1_000 });
  });

  test('RX-1 F39 C6 the memory for early events is bounded, and what it drops is asked for again', () => {
    const inbox = joinedInbox(1, { reorderMax: 4 });

    const asked = [9, 8, 7, 6, 5, 4].map((seq) => kindsOf(inbox.receive(liveMessage(numbered(seq)))));
    inbox.receive(liveMessage(numbered(2)));
    const closing = inbox.receive(liveMessage(numbered(3)));

    expect(asked.every((kinds) => kinds.join() === 'hole-seen')).toBe(true);
    expect(kindsOf(closing)).toEqual(['received m3', 'received m4']);
    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(inbox.hole).toEqual({ fromSeq: 5, toSeq: 9 });
  });

  test('RX-1 F31 a hole that shows after a join is asked for at once', () => {
    const inbox = joinedInbox(3);
    inbox.startJoin();
    inbox.receive(liveMessage(numbered(6)));

    const { changes } = inbox.join(joinedAnswer([numbered(4)], 4));

    expect(kindsOf(changes)).toEqual(['received m4', 'hole-seen']);
  });

  test('RX-1 F35 what came early and in the join as well is neither shown twice nor asked for again', () => {
    const inbox = joinedInbox(3);
    inbox.startJoin();
    inbox.receive(liveMessage(numbered(4)));
    inbox.receive(liveMessage(numbered(5)));

    const { changes } = inbox.join(joinedAnswer([numbered(4), numbered(5)], 5));

    expect(kindsOf(changes)).toEqual(['received m4', 'received m5']);
    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  });

  test('RX-1 a hundred thousand early events are held without harm', () => {
    const inbox = joinedInbox(1, { reorderMax: 1_000_000 });

    const kinds = Array.from({ length: 200_000 }, (_, index) => inbox.receive(readEvent(index + 3, [])));

    expect(kinds.at(-1)).toEqual([{ type: 'rejoin-needed' }]);
  });
});

describe('a log that is not what it was', () => {
  test('F24 RX-5 another epoch is asked about, then told as one reset', () => {
    const inbox = joinedInbox(5);

    const asked = inbox.receive(liveMessage(numbered(6), 'e2'));
    inbox.startJoin();
    const { recovered, changes } = inbox.join(joinedAnswer([numbered(1, { id: 'n1' })], 1, { epoch: 'e2' }));

    expect(kindsOf(asked)).toEqual(['rejoin-needed']);
    expect([recovered, kindsOf(changes)]).toEqual(['none', ['reset']]);
    expect(idsOf(inbox)).toEqual(['n1']);
  });

  test('F37 a head that went back is a reset, though the server calls it full', () => {
    const inbox = joinedInbox(5);

    inbox.startJoin();
    const { recovered } = inbox.join(joinedAnswer([numbered(1, { id: 'n1' })], 1));

    expect(recovered).toBe('none');
    expect(idsOf(inbox)).toEqual(['n1']);
  });

  test('F37 another message at a number that is taken changes nothing', () => {
    const inbox = joinedInbox(5);

    const changes = inbox.receive(liveMessage(numbered(3, { id: 'other' })));

    expect(kindsOf(changes)).toEqual(['contradiction']);
    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  });

  test('F26 RX-1 a message that is known at a new number adds no row and moves the cursor', () => {
    const inbox = joinedInbox(5);

    const changes = inbox.receive(liveMessage(numbered(6, { id: 'm2' })));

    expect(kindsOf(changes)).toEqual(['duplicate']);
    expect(inbox.rows).toHaveLength(5);
    expect(inbox.cursor?.seq).toBe(6);
  });

  test.each([
    ['what is left begins later', [numbered(9), numbered(10)], { fromSeq: 6, toSeq: 8 }],
    ['nothing is left', [], { fromSeq: 6, toSeq: 10 }],
  ])('F36 RX-5 what the server cannot give is told with its range: %s', (_what, messages, range) => {
    const inbox = joinedInbox(5);

    inbox.startJoin();
    const { changes } = inbox.join(joinedAnswer(messages, 10, { recovered: 'partial' }));

    expect(changes[0]).toEqual({ type: 'gap-lost', ...range });
    expect(inbox.cursor?.seq).toBe(10);
  });

  test('UP-38 a duplicate of a message long evicted and forgotten is dropped by its number', () => {
    const inbox = joinedInbox(0, { historyMax: 5, seenMax: 5 });
    for (let seq = 1; seq <= 50; seq += 1) inbox.receive(liveMessage(numbered(seq)));

    const changes = inbox.receive(liveMessage(numbered(2)));

    expect(kindsOf(changes)).toEqual(['duplicate']);
    expect(idsOf(inbox)).toEqual(['m46', 'm47', 'm48', 'm49', 'm50']);
  });
});

describe('a server without numbers', () => {
  const plain = (id: string) => wireMessage({ id });
  const history = (...ids: readonly string[]) => joinedAnswer(ids.map(plain), null);

  test('F33 UP-05 each message is shown once', () => {
    const inbox = makeInbox();
    inbox.startJoin();
    inbox.join(history('a', 'b'));

    const kinds = ['c', 'a', 'c'].map((id) => kindsOf(inbox.receive(liveMessage(plain(id)))).join());

    expect(kinds).toEqual(['received c', 'duplicate', 'duplicate']);
    expect(idsOf(inbox)).toEqual(['a', 'b', 'c']);
  });

  test('UP-38 a duplicate of an evicted message is dropped while its id is remembered', () => {
    const inbox = makeInbox({ historyMax: 2, seenMax: 4 });
    inbox.startJoin();
    inbox.join(history('a'));
    for (const id of ['b', 'c', 'd']) inbox.receive(liveMessage(plain(id)));

    const changes = inbox.receive(liveMessage(plain('a')));

    expect(kindsOf(changes)).toEqual(['duplicate']);
    expect(idsOf(inbox)).toEqual(['c', 'd']);
  });

  test('F35 UP-40 a live message that overtakes the first history stands in its place', () => {
    const inbox = makeInbox();
    inbox.startJoin();

    inbox.receive(liveMessage(plain('c')));
    inbox.join(history('a', 'b', 'c', 'd'));

    expect(idsOf(inbox)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('F35 UP-06 what was missed goes before the live message that overtook it, and is news', () => {
    const inbox = makeInbox();
    inbox.startJoin();
    inbox.join(history('a', 'b'));

    inbox.startJoin();
    inbox.receive(liveMessage(plain('e')));
    const { recovered, changes } = inbox.join(history('a', 'b', 'c', 'd', 'e'));

    expect(recovered).toBe('full');
    expect(kindsOf(changes).filter((kind) => kind !== 'duplicate')).toEqual(['received c', 'received d']);
    expect(idsOf(inbox)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test(`F35 UP-40 what two connections brought the other way round stands as the history has it (seed ${SEED})`, () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const property = fc.property(fc.shuffledSubarray(ids, { minLength: 1 }), (arrived) => {
      const inbox = makeInbox();
      inbox.startJoin();
      inbox.join(history());
      for (const id of arrived) inbox.receive(liveMessage(plain(id)));

      inbox.startJoin();
      inbox.join(history(...ids));
      const { rows } = inbox;
      inbox.startJoin();
      inbox.join(history(...ids));

      expect(idsOf(inbox)).toEqual(ids);
      expect(inbox.rows).toBe(rows);
    });
    fc.assert(property, { seed: SEED });
  });

  test('RX-5 a history that does not meet the old one is a reset', () => {
    const inbox = makeInbox();
    inbox.startJoin();
    inbox.join(history('a', 'b'));

    inbox.startJoin();
    const { recovered, changes } = inbox.join(history('y', 'z'));

    expect([recovered, kindsOf(changes)]).toEqual(['none', ['reset']]);
    expect(idsOf(inbox)).toEqual(['y', 'z']);
  });

  test('UP-40 numbers without a place in a log still order the rows', () => {
    const inbox = makeInbox();
    inbox.startJoin();
    inbox.join(joinedAnswer([numbered(1)], null));

    for (const seq of [3, 2, 5]) inbox.receive(liveMessage(numbered(seq), null));

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm5']);
  });

  test('UP-40 numbers are shown where the protocol has no join at all', () => {
    const inbox = makeInbox();

    inbox.receive(liveMessage(numbered(7), null));

    expect(idsOf(inbox)).toEqual(['m7']);
  });
});
