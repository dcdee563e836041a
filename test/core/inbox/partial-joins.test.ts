/** An answer to a join that leaves something out waits until that was asked for. */

import { describe, expect, test } from 'vitest';
import type { LogFrame } from '../../../src/core/frame.js';
import type { Inbox } from '../../../src/core/inbox/inbox.js';
import type { InboxChange } from '../../../src/core/inbox/inbox-change.js';
import { idsOf, joinedAnswer, joinedInbox, kindsOf, liveMessage, numbered, readEvent } from '../../support/wire-log.js';

const live = (seq: number) => liveMessage(numbered(seq));
const lossesOf = (changes: readonly InboxChange[]) =>
  changes.flatMap((change) => (change.type === 'gap-lost' ? [[change.fromSeq, change.toSeq]] : []));

/** Joined at 2, and again when the log stands at 8: the answer has 7 and 8 alone. */
function rejoin(inbox: Inbox, canAsk = true) {
  inbox.startJoin();
  return inbox.join(joinedAnswer([numbered(1), numbered(7), numbered(8)], 8, { recovered: 'partial' }), canAsk);
}

function fill(inbox: Inbox, events: readonly LogFrame[], isComplete = true): readonly InboxChange[] {
  const asked = inbox.hole ?? { fromSeq: 0, toSeq: 0 };
  return inbox.fill({ type: 'range', conversationId: 'c1', epoch: 'e1', events, isComplete }, asked);
}

describe('RX-2 RX-5 F36 an answer to a join that is partial', () => {
  test('tells no loss before it was asked for, and shows nothing before it', () => {
    const inbox = joinedInbox(2);

    const { recovered, changes } = rejoin(inbox);

    expect([recovered, kindsOf(changes)]).toEqual(['partial', ['hole-seen']]);
    expect([inbox.hole, inbox.cursor?.seq]).toEqual([{ fromSeq: 3, toSeq: 6 }, 2]);
    expect(idsOf(inbox)).toEqual(['m1', 'm2']);
  });

  test('follows what comes of it, in order, and live messages follow that', () => {
    const inbox = joinedInbox(2);
    rejoin(inbox);
    inbox.receive(live(9));

    const changes = [...fill(inbox, [live(3), live(4)]), ...fill(inbox, [readEvent(5, ['m1']), live(6)])];

    expect(kindsOf(changes).filter((kind) => kind.startsWith('received'))).toEqual(
      [3, 4, 6, 7, 8, 9].map((seq) => `received m${seq}`),
    );
    expect(lossesOf(changes)).toEqual([]);
    expect([inbox.hole, inbox.cursor?.seq]).toEqual([null, 9]);
    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4', 'm6', 'm7', 'm8', 'm9']);
  });

  test.each<[string, readonly LogFrame[], readonly number[]]>([
    ['some of it', [live(5), live(6)], [3, 4]],
    ['nothing of it', [], [3, 6]],
  ])('tells as lost what is gone for good, where the server has %s', (_what, events, lost) => {
    const inbox = joinedInbox(2);
    rejoin(inbox);

    const changes = fill(inbox, events, false);

    expect(lossesOf(changes)).toEqual([lost]);
    expect([inbox.hole, inbox.cursor?.seq]).toEqual([null, 8]);
    expect(idsOf(inbox).slice(-2)).toEqual(['m7', 'm8']);
  });

  test('is shown with its loss where nothing can be asked', () => {
    const inbox = joinedInbox(2);

    const { changes } = rejoin(inbox, false);

    expect(lossesOf(changes)).toEqual([[3, 6]]);
    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm7', 'm8']);
  });

  test('is shown with its loss where the history has no room for what is missing', () => {
    const inbox = joinedInbox(2, { historyMax: 3 });

    const { changes } = rejoin(inbox);

    expect(lossesOf(changes)).toEqual([[3, 6]]);
    expect(idsOf(inbox)).toEqual(['m2', 'm7', 'm8']);
  });

  test('that has nothing new tells its loss at once', () => {
    const inbox = joinedInbox(2);

    inbox.startJoin();
    const { changes } = inbox.join(joinedAnswer([], 4, { recovered: 'partial' }), true);

    expect(lossesOf(changes)).toEqual([[3, 4]]);
    expect(inbox.cursor?.seq).toBe(4);
  });

  test('that waits is forgotten with its connection', () => {
    const inbox = joinedInbox(2);
    rejoin(inbox);

    inbox.startJoin();
    inbox.join(
      joinedAnswer(
        [3, 4, 5, 6, 7, 8].map((seq) => numbered(seq)),
        8,
      ),
    );

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8']);
    expect(inbox.hole).toBeNull();
  });

  test('that was pushed out by live messages is asked for as well', () => {
    const inbox = joinedInbox(2, { reorderMax: 2 });
    rejoin(inbox);
    for (const seq of [9, 10]) inbox.receive(live(seq));

    const { hole } = inbox;
    fill(inbox, [3, 4, 5, 6, 7, 8, 9, 10].map(live));

    expect(hole).toEqual({ fromSeq: 3, toSeq: 10 });
    expect([inbox.hole, inbox.cursor?.seq]).toEqual([null, 10]);
  });

  test('goes before a live event at the place of its first message', () => {
    const inbox = joinedInbox(2);
    inbox.startJoin();
    for (const seq of [7, 9]) inbox.receive(live(seq));
    inbox.join(joinedAnswer([numbered(7), numbered(8)], 8, { recovered: 'partial' }), true);

    fill(inbox, [3, 4, 5, 6].map(live));

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9']);
    expect([inbox.hole, inbox.cursor?.seq]).toEqual([null, 9]);
  });
});

describe('RX-5 RX-6 an answer to a join that leaves out more than the history holds', () => {
  test('takes the place of all rows but answers that grow, which stand alone', () => {
    const inbox = joinedInbox(2, { historyMax: 3 });
    inbox.receive(liveMessage(numbered(3, { streaming: true })));
    inbox.startJoin();

    const answer = joinedAnswer([numbered(8), numbered(9)], 9, { recovered: 'partial', hasOlder: true });
    const { changes } = inbox.join(answer, true);

    expect(kindsOf(changes).slice(0, 3)).toEqual(['reset', 'received m8', 'received m9']);
    expect(idsOf(inbox)).toEqual(['m3', 'm8', 'm9']);
    expect([inbox.hasOlder, inbox.fromSeq, inbox.cursor?.seq]).toEqual([true, 8, 9]);
  });

  test('is told as a loss where the server has nothing older', () => {
    const inbox = joinedInbox(2, { historyMax: 4 });
    inbox.startJoin();

    const { changes } = inbox.join(joinedAnswer([numbered(8)], 8, { recovered: 'partial', hasOlder: false }), true);

    expect(lossesOf(changes)).toEqual([[3, 7]]);
    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm8']);
  });
});
