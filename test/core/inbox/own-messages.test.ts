/** An own message is one row with one key, in whatever order its ack and its copy come. */

import { describe, expect, test } from 'vitest';
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
} from '../../support/wire-log.js';

const OWN = numbered(4, { id: 'srv', clientMessageId: 'own', senderId: SELF, content: 'hello' });

function inboxWithOwn(): Inbox {
  const inbox = joinedInbox(3);
  inbox.messages.addOwn({ content: 'hello', createdAtMs: 1, inReplyTo: null, metadata: { tag: 1 } }, 'own');
  inbox.messages.setDelivery('own', 'sending', null);
  return inbox;
}

const ack = (inbox: Inbox) => inbox.messages.confirm('own', 'srv', 4);
const echo = (inbox: Inbox) => inbox.receive(liveMessage(OWN));
const resume = (inbox: Inbox) => {
  inbox.startJoin();
  inbox.join(joinedAnswer([OWN], 4));
};
const page = (inbox: Inbox) =>
  inbox.prepend({ type: 'history-page', conversationId: 'c1', messages: [OWN], hasOlder: false });

describe('an own message', () => {
  test.each<[string, readonly ((inbox: Inbox) => unknown)[]]>([
    ['ack, then copy', [ack, echo]],
    ['copy, then ack', [echo, ack]],
    ['copy only', [echo]],
    ['ack only', [ack]],
    ['copy, ack, copy, ack', [echo, ack, echo, ack]],
    ['copy in a resume, then ack', [resume, ack]],
    ['ack, then copy in a resume', [ack, resume]],
    ['copy in a page, then ack', [page, ack]],
    ['ack, then copy in a page', [ack, page]],
  ])('UP-05 DS-7 DS-10 is one row with its first key: %s', (_what, steps) => {
    const inbox = inboxWithOwn();
    const key = inbox.rows.at(-1)?.key;

    for (const step of steps) step(inbox);

    const rows = inbox.rows.filter(({ sender }) => sender.role === 'self');
    expect(rows).toMatchObject([{ key, id: 'srv', clientMessageId: 'own', delivery: 'sent', metadata: { tag: 1 } }]);
  });

  test('UP-05 is one row where the copy did not say whose it was', () => {
    const inbox = inboxWithOwn();
    const key = inbox.rows.at(-1)?.key;

    inbox.receive(liveMessage({ ...OWN, clientMessageId: null }));
    ack(inbox);

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'srv']);
    expect(inbox.rows.at(-1)).toMatchObject({ key, clientMessageId: 'own' });
  });

  test('DS-10 stands at the tail until it is confirmed, then in its place', () => {
    const inbox = inboxWithOwn();

    inbox.messages.addOwn({ content: 'later', createdAtMs: 0, inReplyTo: null, metadata: null }, 'own-2');
    inbox.messages.confirm('own-2', 'srv-2', 6);
    inbox.receive(liveMessage(numbered(4)));
    inbox.receive(liveMessage(numbered(5)));

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'srv-2', null]);
  });

  test('DS-7 in the log is as good as its ack, and is told as that', () => {
    const inbox = inboxWithOwn();

    const changes = echo(inbox);

    expect(changes).toEqual([{ type: 'confirmed', clientMessageId: 'own', id: 'srv', seq: 4 }]);
  });

  test('C15 of another user with the same client id is another message', () => {
    const inbox = inboxWithOwn();

    const changes = inbox.receive(liveMessage({ ...OWN, senderId: 'mallory' }));

    expect(kindsOf(changes)).toEqual(['received srv']);
    expect(inbox.rows.map(({ delivery }) => delivery)).toEqual([null, null, null, null, 'sending']);
  });

  test('DS-3 goes forward only, once it is confirmed', () => {
    const inbox = inboxWithOwn();
    ack(inbox);

    inbox.messages.setDelivery('own', 'unconfirmed', null);
    const sent = inbox.find('srv')?.delivery;
    inbox.messages.markRead(['srv']);
    inbox.messages.setDelivery('own', 'delivered', null);

    expect([sent, inbox.find('srv')?.delivery]).toEqual(['sent', 'read']);
  });

  test('UP-05 without a client id on the wire is known by its words, the oldest on its way first', () => {
    const inbox = makeInbox();
    inbox.startJoin();
    inbox.join(joinedAnswer([], null));
    for (const id of ['one', 'two', 'three']) {
      inbox.messages.addOwn({ content: 'hi ', createdAtMs: 1, inReplyTo: null, metadata: null }, id);
      if (id !== 'three') inbox.messages.setDelivery(id, 'sending', null);
    }
    const copy = (id: string) =>
      inbox.receive(liveMessage({ ...OWN, id, seq: null, clientMessageId: null, content: 'hi' }));

    const told = ['a', 'b', 'c'].flatMap((id) => copy(id));

    expect(told.map((change) => (change.type === 'confirmed' ? change.clientMessageId : change.type))).toEqual([
      'one',
      'two',
      'received',
    ]);
    expect(inbox.rows.map(({ clientMessageId, id }) => clientMessageId ?? id)).toEqual(['one', 'two', 'c', 'three']);
  });

  describe('UP-05 DS-7 whose fate is unknown', () => {
    const SENT_AT_MS = 1_000_000_000;
    const joinWith = (createdAtMs: number) => {
      const inbox = makeInbox();
      inbox.messages.addOwn({ content: 'ok', createdAtMs: SENT_AT_MS, inReplyTo: null, metadata: null }, 'own');
      inbox.messages.setDelivery('own', 'unconfirmed', null);
      inbox.startJoin();
      const copy = numbered(1, { id: 'srv', senderId: SELF, content: 'ok', createdAtMs });
      return { inbox, ...inbox.join(joinedAnswer([{ ...copy, seq: null, clientMessageId: null }], null)) };
    };

    test.each([SENT_AT_MS, SENT_AT_MS + 3_600_000, SENT_AT_MS - 300_000])(
      'is confirmed by the same words at %d, for clocks may be five minutes apart',
      (createdAtMs) => {
        const { inbox, changes } = joinWith(createdAtMs);

        expect(changes).toMatchObject([{ type: 'confirmed', clientMessageId: 'own', id: 'srv' }]);
        expect(inbox.rows).toHaveLength(1);
      },
    );

    test.each([SENT_AT_MS - 86_400_000, SENT_AT_MS - 300_001, 0])(
      'is not confirmed by the same words at %d, which are another message',
      (createdAtMs) => {
        const { inbox, changes } = joinWith(createdAtMs);

        expect(changes).toEqual([]);
        expect(inbox.rows.map(({ id, delivery }) => [id, delivery])).toEqual([
          ['srv', 'sent'],
          [null, 'unconfirmed'],
        ]);
      },
    );

    test('stays at the tail, too, where a page brings the same words of last year', () => {
      const { inbox } = joinWith(0);
      const old = numbered(1, { id: 'old', senderId: SELF, content: 'ok', createdAtMs: SENT_AT_MS - 3e10 });

      inbox.prepend({
        type: 'history-page',
        conversationId: 'c1',
        messages: [{ ...old, seq: null, clientMessageId: null }],
        hasOlder: false,
      });

      expect(idsOf(inbox)).toEqual(['old', 'srv', null]);
    });
  });

  test('DS-3 that was acked without an id waits for its copy', () => {
    const inbox = inboxWithOwn();

    inbox.messages.confirm('own', null, null);
    const acked = inbox.rows.at(-1);
    echo(inbox);

    expect(acked).toMatchObject({ id: null, delivery: 'sent' });
    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'srv']);
  });
});

describe('F26 RX-1 a message that a forgetful server stored twice', () => {
  test.each([
    ['of somebody else', 'user-2'],
    ['of our own', SELF],
  ])('is shown once and told once when it is %s', (_whose, senderId) => {
    const inbox = joinedInbox(3);
    const first = numbered(4, { senderId, clientMessageId: 'named' });

    const told = [first, { ...first, id: 'again', seq: 5 }, numbered(6)].flatMap((message) =>
      kindsOf(inbox.receive(liveMessage(message))),
    );

    expect(told).toEqual(['received m4', 'duplicate', 'received m6']);
    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4', 'm6']);
    expect(inbox.cursor).toEqual({ epoch: 'e1', seq: 6 });
  });

  test('does not hide a message of another sender who chose the same id', () => {
    const inbox = joinedInbox(3);

    inbox.receive(liveMessage(numbered(4, { senderId: 'user-2', clientMessageId: 'named' })));
    inbox.receive(liveMessage(numbered(5, { senderId: 'user-3', clientMessageId: 'named' })));

    expect(idsOf(inbox)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  });
});

test('F40 RX-6 a page with doubled and known messages adds each new one once', () => {
  const inbox = makeInbox();
  inbox.startJoin();
  inbox.join(joinedAnswer([numbered(5), numbered(6)], 6, { hasOlder: true }));
  const messages = [numbered(3), numbered(4), numbered(4), numbered(5)];

  const rows = inbox.prepend({ type: 'history-page', conversationId: 'c1', messages, hasOlder: false });

  expect(rows.map(({ id }) => id)).toEqual(['m3', 'm4']);
  expect(idsOf(inbox)).toEqual(['m3', 'm4', 'm5', 'm6']);
  expect(inbox.hasOlder).toBe(false);
});

test('UP-05 RX-6 an own message of an older page waits for that page, and hides nothing that lies between', () => {
  const inbox = makeInbox();
  inbox.messages.addOwn({ content: 'hello', createdAtMs: 1, inReplyTo: null, metadata: null }, 'own');
  inbox.startJoin();
  inbox.join(joinedAnswer([numbered(8), numbered(9)], 9, { hasOlder: true }));

  inbox.confirm('own', 'srv', 4);
  const idsBefore = idsOf(inbox);
  const delivery = inbox.rows.at(-1)?.delivery;
  const messages = [OWN, numbered(5), numbered(6), numbered(7)];
  inbox.prepend({ type: 'history-page', conversationId: 'c1', messages, hasOlder: true });

  expect(idsBefore).toEqual(['m8', 'm9', null]);
  expect(delivery).toBe('sent');
  expect(idsOf(inbox)).toEqual(['srv', 'm5', 'm6', 'm7', 'm8', 'm9']);
});

test('I3 RX-5 an own message from before all that the server still has is shown, and what lies between is told to be lost', () => {
  const inbox = makeInbox();
  const places = [4, 5, 7];
  for (const seq of places) {
    inbox.messages.addOwn({ content: 'hello', createdAtMs: 1, inReplyTo: null, metadata: null }, `own-${seq}`);
  }
  inbox.startJoin();
  inbox.join(joinedAnswer([numbered(8), numbered(9)], 9, { hasOlder: false }));

  const told = places.map((seq) => {
    inbox.confirm(`own-${seq}`, `srv-${seq}`, seq);
    return inbox.takeDoubts();
  });

  expect(idsOf(inbox)).toEqual(['srv-4', 'srv-5', 'srv-7', 'm8', 'm9']);
  expect(told).toEqual([[{ type: 'gap-lost', fromSeq: 5, toSeq: 7 }], [], []]);
});

test('I3 RX-5 an own message right in front of all that the server still has leaves nothing to tell', () => {
  const inbox = makeInbox();
  inbox.messages.addOwn({ content: 'hello', createdAtMs: 1, inReplyTo: null, metadata: null }, 'own');
  inbox.startJoin();
  inbox.join(joinedAnswer([numbered(8)], 8, { hasOlder: false }));

  inbox.confirm('own', 'srv', 7);

  expect([idsOf(inbox), inbox.takeDoubts()]).toEqual([['srv', 'm8'], []]);
});

test('I3 RX-6 an own message of an older page that a join brings, for it was changed, waits for that page too', () => {
  const inbox = makeInbox();
  inbox.messages.addOwn({ content: 'hello', createdAtMs: 1, inReplyTo: null, metadata: null }, 'own');
  inbox.startJoin();
  inbox.join(joinedAnswer([], 9, { hasOlder: true }));
  inbox.startJoin();

  const { changes } = inbox.join(joinedAnswer([{ ...OWN, changedSeq: 10 }], 10, { hasOlder: true }));
  const idsBefore = idsOf(inbox);
  inbox.prepend({ type: 'history-page', conversationId: 'c1', messages: [OWN, numbered(5)], hasOlder: false });

  expect(kindsOf(changes)).toEqual(['confirmed']);
  expect([idsBefore, inbox.fromSeq]).toEqual([[null], 4]);
  expect(idsOf(inbox)).toEqual(['srv', 'm5']);
});

test('I3 RX-6 an own message that is older than all of a join that brought none waits for its page', () => {
  const inbox = makeInbox();
  inbox.messages.addOwn({ content: 'hello', createdAtMs: 1, inReplyTo: null, metadata: null }, 'own');
  inbox.startJoin();
  inbox.join(joinedAnswer([], 9, { hasOlder: true }));

  inbox.confirm('own', 'srv', 4);

  expect([idsOf(inbox), inbox.fromSeq]).toEqual([[null], 10]);
});
