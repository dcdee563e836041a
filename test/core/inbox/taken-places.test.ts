/** A place in the log holds one message, and rows stand by their places, whatever a server says and in whichever frame. */

import { describe, expect, test } from 'vitest';
import type { WireMessage } from '../../../src/core/frame.js';
import type { Inbox } from '../../../src/core/inbox/inbox.js';
import {
  idsOf,
  joinedAnswer,
  joinedInbox,
  kindsOf,
  liveMessage,
  makeInbox,
  numbered,
  SELF,
  wireMessage,
} from '../../support/wire-log.js';

function joinWith(messages: readonly WireMessage[], latestSeq: number | null): Inbox {
  const inbox = makeInbox();
  inbox.startJoin();
  inbox.join(joinedAnswer(messages, latestSeq, { hasOlder: true }));
  return inbox;
}

function page(inbox: Inbox, messages: readonly WireMessage[]): void {
  inbox.startPage();
  inbox.prepend({ type: 'history-page', conversationId: 'c1', messages, hasOlder: true });
}

const twin = (seq: number) => numbered(seq, { id: `twin of m${seq}` });

describe('F37 C15 a place that is given twice', () => {
  test('in the first history shows the message that came first', () => {
    const inbox = joinWith([numbered(1), numbered(2), twin(2), numbered(3)], 3);

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3']);
  });

  test('in what was missed shows and tells the message that came first', () => {
    const inbox = joinedInbox(1);

    inbox.startJoin();
    const { changes } = inbox.join(joinedAnswer([numbered(2), twin(2)], 2));

    expect(idsOf(inbox)).toEqual(['m1', 'm2']);
    expect(kindsOf(changes)).toEqual(['received m2', 'duplicate']);
  });

  test('in a live event, where the server told no place in its log, shows what is there', () => {
    const inbox = joinWith([numbered(1), numbered(2)], null);

    const changes = inbox.receive(liveMessage(twin(2), null));

    expect(idsOf(inbox)).toEqual(['m1', 'm2']);
    expect(kindsOf(changes)).toEqual(['duplicate']);
  });

  test('in one page shows the message that stands last in it', () => {
    const inbox = joinWith([numbered(5)], 5);

    page(inbox, [numbered(2), twin(3), numbered(3), numbered(4)]);

    expect(idsOf(inbox)).toEqual(['m2', 'm3', 'm4', 'm5']);
  });

  test('in a page and in the history shows what the history has', () => {
    const inbox = joinWith([numbered(5), numbered(6)], 6);

    page(inbox, [numbered(4), twin(5), twin(6)]);

    expect(idsOf(inbox)).toEqual(['m4', 'm5', 'm6']);
  });

  test('in an ack keeps the own message at the tail', () => {
    const inbox = joinedInbox(2);
    inbox.messages.addOwn({ content: 'mine', createdAtMs: 0, inReplyTo: null, metadata: null }, 'own');

    inbox.confirm('own', 'srv', 2);

    expect(idsOf(inbox)).toEqual(['m1', 'm2', null]);
    expect(kindsOf(inbox.takeDoubts())).toEqual(['contradiction']);
  });

  test('in an ack first and then in the log shows what the log has, and the own message at the tail', () => {
    const inbox = joinedInbox(2);
    inbox.messages.addOwn({ content: 'mine', createdAtMs: 0, inReplyTo: null, metadata: null }, 'own');
    inbox.confirm('own', 'srv', 3);

    const changes = inbox.receive(liveMessage(numbered(3)));

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', null]);
    expect(kindsOf(changes)).toEqual(['received m3', 'contradiction']);
  });
});

describe('RX-1 UP-40 rows stand by their places', () => {
  test('in a page that goes up and down', () => {
    const inbox = joinWith([numbered(9)], 9);

    page(inbox, [numbered(3), numbered(7), numbered(2), numbered(5), numbered(8)]);

    const seqs = inbox.rows.map(({ seq }) => seq ?? 0);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(seqs).toEqual([2, 5, 8, 9]);
  });

  test('where the head lies before the messages of its own answer, and they come again', () => {
    const inbox = joinWith([numbered(1), numbered(2), numbered(3)], 1);
    const { cursor } = inbox;

    const changes = [2, 3, 4].flatMap((seq) => inbox.receive(liveMessage(numbered(seq))));

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(kindsOf(changes)).toEqual(['duplicate', 'duplicate', 'received m4']);
    expect(cursor?.seq).toBe(3);
  });

  test('though a message without a place stands between them', () => {
    const inbox = joinWith([numbered(1), numbered(3)], null);
    inbox.receive(liveMessage(wireMessage({ id: 'no place' })));

    for (const seq of [2, 4]) inbox.receive(liveMessage(numbered(seq), null));

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'no place', 'm4']);
  });

  test('though an own message was acked without a place', () => {
    const inbox = joinWith([numbered(1), numbered(3)], null);
    inbox.messages.addOwn({ content: 'mine', createdAtMs: 0, inReplyTo: null, metadata: null }, 'own');
    inbox.confirm('own', 'srv', null);

    inbox.receive(liveMessage(numbered(2, { senderId: SELF }), null));

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'srv']);
  });
});
