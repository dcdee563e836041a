/** How many answers grow, wait and stand still at once, and what becomes of those over the limits. */

import { describe, expect, test } from 'vitest';
import type { Inbox } from '../../../src/core/inbox/inbox.js';
import type { InboxChange } from '../../../src/core/inbox/inbox-change.js';
import {
  OPEN_STREAMS_MAX,
  STREAM_LENGTH_MAX,
  UNCONFIRMED_STOPS_MAX,
  WAITING_STREAMS_MAX,
} from '../../../src/core/inbox/stream-limits.js';
import { begin, end, grow, growing, ID, shown, statusOf } from '../../support/answer.js';
import { idsOf, joinedInbox, kindsOf, liveMessage, numbered } from '../../support/wire-log.js';

/** An inbox in which that many answers have begun, the first one at 2. */
function withAnswers(count: number): { readonly inbox: Inbox; readonly told: readonly InboxChange[] } {
  const inbox = joinedInbox(1);
  const told = Array.from({ length: count }, (_, index) => begin(inbox, index + 2, `a${index + 2}`)).flat();
  return { inbox, told };
}

const LAST = OPEN_STREAMS_MAX + 1;
const NEXT = OPEN_STREAMS_MAX + 2;

describe('the length of an answer', () => {
  test('ST-6 F90 ends at its limit as failed, with what is there and the reason', () => {
    const inbox = growing('x'.repeat(STREAM_LENGTH_MAX - 1));

    const changes = grow(inbox, STREAM_LENGTH_MAX - 1, 'yz');
    const late = [grow(inbox, STREAM_LENGTH_MAX, 'z'), end(inbox, STREAM_LENGTH_MAX + 1)];

    expect(kindsOf(changes)).toEqual(['stream-delta', 'stream-ended', `received ${ID}`]);
    expect(inbox.find(ID)).toMatchObject({ stream: 'failed', failure: { code: 'protocol/answer-too-long' } });
    expect(shown(inbox)).toHaveLength(STREAM_LENGTH_MAX);
    expect(late).toEqual([[], []]);
  });

  test('ST-6 F90 one that never ends holds no more than that', () => {
    const inbox = growing();

    for (let offset = 0; offset < 1_000_000; offset += 1_000) grow(inbox, offset, 'x'.repeat(1_000));

    expect(shown(inbox)).toHaveLength(STREAM_LENGTH_MAX);
    expect(inbox.streams.offsets()).toEqual([]);
  });

  test('ST-6 empty chunks without end change nothing', () => {
    const inbox = growing('ab');
    const before = inbox.rows;

    for (let count = 0; count < 100_000; count += 1) grow(inbox, 2, '');

    expect(inbox.rows).toBe(before);
  });
});

describe('answers at the same time', () => {
  test('ST-6 F92 sixteen grow, chunk by chunk, each into its own text', () => {
    const { inbox } = withAnswers(OPEN_STREAMS_MAX);

    for (let offset = 0; offset < 100; offset += 1) {
      for (let seq = 2; seq <= LAST; seq += 1)
        grow(inbox, offset, { id: `a${seq}`, text: String.fromCharCode(63 + seq) });
    }

    for (let seq = 2; seq <= LAST; seq += 1) {
      expect(shown(inbox, `a${seq}`)).toBe(String.fromCharCode(63 + seq).repeat(100));
    }
  });

  test('ST-6 F92 I11 the seventeenth waits, and is shown in its place when another one ends', () => {
    const { inbox, told } = withAnswers(OPEN_STREAMS_MAX + 1);
    const live = inbox.receive(liveMessage(numbered(NEXT + 1)));
    grow(inbox, 0, { id: `a${NEXT}`, text: 'unheard' });
    const before = idsOf(inbox);

    const ended = end(inbox, 0, { id: 'a2' });
    grow(inbox, 0, { id: `a${NEXT}`, text: 'heard' });

    expect(kindsOf(told).filter((kind) => kind !== 'stream-started')).toEqual(['stream-postponed']);
    expect(kindsOf(live)).toEqual([`received m${NEXT + 1}`]);
    expect(before).not.toContain(`a${NEXT}`);
    expect(kindsOf(ended)).toEqual(['stream-ended', 'received a2', 'stream-started', 'rejoin-needed']);
    expect(idsOf(inbox).slice(-2)).toEqual([`a${NEXT}`, `m${NEXT + 1}`]);
    expect(shown(inbox, `a${NEXT}`)).toBe('heard');
  });

  test.each<[string, (inbox: Inbox) => readonly InboxChange[] | null]>([
    ['is stopped', (inbox) => inbox.streams.stop('a2')],
    ['is deleted', (inbox) => inbox.streams.drop('a2')],
    ['fell silent', (inbox) => inbox.streams.silence('a2')],
    ['is too long', (inbox) => inbox.streams.replace('a2', 'x'.repeat(STREAM_LENGTH_MAX + 1))],
  ])('F92 one that waits takes the place of one that %s', (_what, leave) => {
    const { inbox } = withAnswers(NEXT - 1);

    const changes = leave(inbox) ?? [];

    expect(kindsOf(changes).slice(-2)).toEqual(['stream-started', 'rejoin-needed']);
    expect(statusOf(inbox, `a${NEXT}`)).toBe('streaming');
    expect(inbox.streams.hasRoom).toBe(false);
  });

  test('F90 F92 one that fell silent before gives its place up to a new one, and keeps its text', () => {
    const { inbox } = withAnswers(OPEN_STREAMS_MAX);
    grow(inbox, 0, { id: 'a5', text: 'so far' });
    inbox.streams.silence('a5');

    begin(inbox, NEXT, `a${NEXT}`);

    expect(inbox.find('a5')).toMatchObject({ content: 'so far', stream: 'failed' });
    expect(statusOf(inbox, `a${NEXT}`)).toBe('streaming');
  });

  test('F92 one that waits is shown whole if it comes whole', () => {
    const { inbox } = withAnswers(NEXT - 1);
    const whole = numbered(NEXT, { id: `a${NEXT}`, content: 'whole', senderRole: 'assistant' });

    const changes = inbox.messages.take(whole, true);
    const ended = end(inbox, 0, { id: 'a2' });

    expect(kindsOf(changes)).toEqual([`received a${NEXT}`]);
    expect(kindsOf(ended)).toEqual(['stream-ended', 'received a2']);
    expect(inbox.find(`a${NEXT}`)).toMatchObject({ content: 'whole', stream: 'done' });
  });

  test.each<[string, (inbox: Inbox) => unknown]>([
    ['another ends', (inbox) => end(inbox, 0, { id: 'a2' })],
    ['it is stopped', (inbox) => inbox.streams.stop(`a${NEXT}`)],
  ])('I2 F92 one whose id an own message was given meanwhile is not shown beside it when %s', (_when, makeRoom) => {
    const { inbox } = withAnswers(NEXT - 1);
    inbox.messages.addOwn({ content: 'mine', createdAtMs: 1, inReplyTo: null, metadata: null }, 'own');
    inbox.messages.confirm('own', `a${NEXT}`, NEXT);

    makeRoom(inbox);

    expect(idsOf(inbox).filter((id) => id === `a${NEXT}`)).toHaveLength(1);
    expect(inbox.find(`a${NEXT}`)?.content).toBe('mine');
  });

  test('F92 one that waits can be stopped: it is shown as such', () => {
    const { inbox } = withAnswers(NEXT - 1);

    inbox.streams.stop(`a${NEXT}`);
    end(inbox, 0, { id: 'a2' });

    expect(inbox.find(`a${NEXT}`)).toMatchObject({ content: '', stream: 'stopped' });
    expect(inbox.streams.unconfirmedStops()).toEqual([`a${NEXT}`]);
  });

  test('I11 I3 F92 ten thousand that never end stay bounded, and what is not shown is told as lost', () => {
    const count = 10_000;

    const { inbox, told } = withAnswers(count);

    const lost = told.filter(({ type }) => type === 'gap-lost').length;
    expect(inbox.rows).toHaveLength(1 + OPEN_STREAMS_MAX);
    expect(inbox.streams.offsets()).toHaveLength(OPEN_STREAMS_MAX);
    expect(lost).toBe(count - OPEN_STREAMS_MAX - WAITING_STREAMS_MAX);
  });
});

describe('stopped answers', () => {
  test('UP-15 are told to the server until it says that they are over', () => {
    const inbox = growing('ab');

    inbox.streams.stop(ID);
    const before = [inbox.streams.unconfirmedStops(), inbox.streams.offsets(), inbox.streams.has(ID)];
    const late = [grow(inbox, 2, 'late'), end(inbox, 6, { status: 'stopped' })];

    expect(before).toEqual([[ID], [{ messageId: ID, offset: 2 }], true]);
    expect(late).toEqual([[], []]);
    expect([inbox.streams.unconfirmedStops(), inbox.streams.offsets(), inbox.streams.has(ID)]).toEqual([[], [], false]);
    expect(inbox.find(ID)).toMatchObject({ content: 'ab', stream: 'stopped' });
  });

  test('UP-15 are over when the log has a whole row of them; the text stays as it was', () => {
    const inbox = growing('ab');
    inbox.streams.stop(ID);

    inbox.messages.take(numbered(2, { id: ID, content: 'ab and more', streaming: true }), true);
    const before = inbox.streams.unconfirmedStops();
    inbox.messages.take(numbered(2, { id: ID, content: 'ab and more' }), true);

    expect([before, inbox.streams.unconfirmedStops()]).toEqual([[ID], []]);
    expect(inbox.find(ID)).toMatchObject({ content: 'ab', stream: 'stopped' });
  });

  test('I11 are remembered up to a number; the oldest is forgotten first', () => {
    const inbox = joinedInbox(1);
    for (let seq = 2; seq < 2 + 100; seq += 1) {
      begin(inbox, seq, `a${seq}`);
      inbox.streams.stop(`a${seq}`);
    }

    const ids = inbox.streams.unconfirmedStops();

    expect([ids.length, ids[0]]).toEqual([UNCONFIRMED_STOPS_MAX, `a${102 - UNCONFIRMED_STOPS_MAX}`]);
  });

  test('UP-15 a lost log takes them along', () => {
    const inbox = growing('ab');
    inbox.streams.stop(ID);

    inbox.streams.clear();

    expect([inbox.streams.unconfirmedStops(), inbox.streams.offsets()]).toEqual([[], []]);
  });
});

describe('an answer from which nothing comes', () => {
  test('ST-6 UP-15 F90 is stalled, the server is asked once, and a chunk revives it', () => {
    const inbox = growing('ab');

    const silent = [inbox.streams.silence(ID), inbox.streams.silence(ID)];
    const stalled = [statusOf(inbox), inbox.streams.isResponding];
    const known = grow(inbox, 0, 'a');

    expect(silent.map(kindsOf)).toEqual([['updated', 'rejoin-needed'], []]);
    expect(stalled).toEqual(['stalled', false]);
    expect(kindsOf(known)).toEqual(['updated']);
    expect([statusOf(inbox), inbox.streams.isResponding]).toEqual(['streaming', true]);
  });

  test('ST-4 F93 though its end is known fails with what is there: it never hangs', () => {
    const inbox = growing('ab');
    end(inbox, 9);

    const first = [inbox.streams.silence(ID), inbox.streams.awaitsRest(ID), statusOf(inbox)];
    inbox.streams.silence(ID);

    expect(first).toEqual([[expect.objectContaining({ type: 'updated' }), { type: 'rejoin-needed' }], true, 'stalled']);
    expect([shown(inbox), statusOf(inbox)]).toEqual(['ab', 'failed']);
  });
});
