/** A server that lost its memory takes a repeat for a new message, with an id and a number of its own. One copy is shown. */

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
} from '../../support/wire-log.js';

const said = (seq: number, overrides: Partial<WireMessage> = {}) =>
  numbered(seq, { clientMessageId: 'hi', ...overrides });

const page = (inbox: Inbox, ...messages: readonly WireMessage[]) =>
  inbox.prepend({ type: 'history-page', conversationId: 'c1', messages, hasOlder: false });

/** Others that come and go, until no memory of names reaches back to before them. */
function forget(inbox: Inbox, fromSeq: number): void {
  for (let seq = fromSeq; seq < fromSeq + 10; seq += 1) {
    inbox.receive(liveMessage(numbered(seq, { clientMessageId: `n${seq}` })));
    inbox.messages.delete(`m${seq}`);
  }
}

describe('a second copy', () => {
  test('I2 F26 RX-1 of what is shown adds no row and moves the cursor, however many names came since', () => {
    const inbox = joinedInbox(0, { seenMax: 2 });
    inbox.receive(liveMessage(said(1)));
    forget(inbox, 2);

    const changes = inbox.receive(liveMessage(said(12)));

    expect(kindsOf(changes)).toEqual(['duplicate']);
    expect(idsOf(inbox)).toEqual(['m1']);
    expect(inbox.cursor?.seq).toBe(12);
  });

  test('I2 of an own message adds no row, although it was sent before the server said whose it is', () => {
    const inbox = joinedInbox(0, { seenMax: 2 });
    inbox.messages.identify(null);
    inbox.messages.addOwn({ content: 'hi', createdAtMs: 1, inReplyTo: null, metadata: null }, 'hi');
    inbox.messages.identify(SELF);
    inbox.messages.confirm('hi', 'm1', 1);
    inbox.receive(liveMessage(said(1, { senderId: SELF })));
    forget(inbox, 2);

    const changes = inbox.receive(liveMessage(said(12, { senderId: SELF })));

    expect(kindsOf(changes)).toEqual(['duplicate']);
    expect(idsOf(inbox)).toEqual(['m1']);
  });

  test('I2 UP-38 of what was evicted long ago is shown: nothing that is shown says the same', () => {
    const inbox = joinedInbox(0, { seenMax: 2, historyMax: 1 });
    inbox.receive(liveMessage(said(1)));
    inbox.receive(liveMessage(numbered(2)));
    forget(inbox, 3);

    const changes = inbox.receive(liveMessage(said(13)));

    expect(kindsOf(changes)).toEqual(['received m13']);
  });

  test('I2 that is shown keeps the first out of an older page', () => {
    const inbox = makeInbox({ seenMax: 2 });
    inbox.startJoin();
    inbox.join(joinedAnswer([said(11)], 11, { hasOlder: true }));
    forget(inbox, 12);

    const rows = page(inbox, numbered(1), said(2), numbered(3));

    expect(rows.map(({ id }) => id)).toEqual(['m1', 'm3']);
    expect(idsOf(inbox)).toEqual(['m1', 'm3', 'm11']);
  });

  test('I2 in the same older page is left out', () => {
    const inbox = makeInbox();
    inbox.receive(liveMessage(numbered(9)));

    page(inbox, said(5), numbered(6), said(7));

    expect(idsOf(inbox)).toEqual(['m5', 'm6', 'm9']);
  });

  test('I2 C15 is none where another sender chose the same name: both are shown', () => {
    const inbox = joinedInbox(0, { seenMax: 2 });
    inbox.receive(liveMessage(said(1)));
    inbox.receive(liveMessage(said(2, { senderId: 'mallory' })));
    const older = makeInbox();
    older.receive(liveMessage(numbered(9)));

    page(older, said(5), said(6, { senderId: 'mallory' }));

    expect(idsOf(inbox)).toEqual(['m1', 'm2']);
    expect(idsOf(older)).toEqual(['m5', 'm6', 'm9']);
  });

  test('I2 of what was deleted is a new message once its name is forgotten', () => {
    const inbox = joinedInbox(0, { seenMax: 2 });
    inbox.receive(liveMessage(said(1)));
    inbox.messages.delete('m1');
    forget(inbox, 2);

    const changes = inbox.receive(liveMessage(said(12)));

    expect(kindsOf(changes)).toEqual(['received m12']);
  });
});
