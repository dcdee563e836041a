/** An answer in chunks: any split, loss, repetition and order give the server's text, and never a wrong one on the way. */

import { describe, expect, test } from 'vitest';
import type { Inbox } from '../../../src/core/inbox/inbox.js';
import type { InboxChange } from '../../../src/core/inbox/inbox-change.js';
import { wellFormedPrefix } from '../../../src/core/inbox/stream.js';
import { REPAIRS_MAX } from '../../../src/core/inbox/stream-limits.js';
import { seededRandom } from '../../../src/testing/seeded-random.js';
import { begin, end, grow, growing, ID, resume, shown } from '../../support/answer.js';
import { joinedInbox, kindsOf, numbered } from '../../support/wire-log.js';

const SEED = Number(process.env['SEED'] ?? 1_234_567);
const ALPHABET = ['a', 'é', '漢', '😀', '👩‍👩‍👧', '\n', ' ', 'ß', '🇩🇪', 'word '];

/** A text of that many characters, and its chunks, cut anywhere: between the halves of a character too. */
function answerOf(chunkCount: number, random: () => number) {
  const text = Array.from({ length: chunkCount * 2 }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
  const cuts = Array.from({ length: chunkCount - 1 }, () => Math.floor(random() * (text.length + 1))).sort(
    (a, b) => a - b,
  );
  const offsets = [0, ...cuts];
  return { text, chunks: offsets.map((offset, index) => ({ offset, text: text.slice(offset, offsets[index + 1]) })) };
}

describe('an answer in chunks', () => {
  test(`UP-14 ST-2 ST-5 ST-7 F88 F95 is byte for byte the server's text (seed ${SEED})`, () => {
    for (let run = 0; run < 20; run += 1) {
      const random = seededRandom(SEED + run);
      const { text, chunks } = answerOf(1_000, random);
      const inbox = growing();
      let deltas = '';
      const note = (changes: readonly InboxChange[]) => {
        for (const change of changes) if (change.type === 'stream-delta') deltas += change.text;
        if (!text.startsWith(shown(inbox) ?? '') || endsInHalf(shown(inbox) ?? ''))
          throw new Error(`shows ${shown(inbox)}`);
      };

      for (let index = 0; index < chunks.length; index += 1) {
        const chunk = chunks[Math.max(0, index - faultOf(random))] ?? { offset: 0, text: '' };
        note(grow(inbox, chunk.offset, chunk.text));
        const sentLength = (chunks[index]?.offset ?? 0) + (chunks[index]?.text.length ?? 0);
        if (random() < 0.01) note(resume(inbox, text.slice(0, sentLength), true));
      }
      note(replay(inbox, chunks, random));
      note(end(inbox, text.length));

      expect(shown(inbox)).toBe(text);
      expect(deltas).toBe(text);
      expect(inbox.find(ID)?.stream).toBe('done');
    }
  });

  test('ST-2 a chunk from beyond the end is not shown, and what is missing is asked for', () => {
    const inbox = growing();
    grow(inbox, 0, 'ab');

    const changes = grow(inbox, 3, 'd');

    expect(kindsOf(changes)).toEqual(['rejoin-needed']);
    expect([shown(inbox), inbox.streams.offsets()]).toEqual(['ab', [{ messageId: ID, offset: 2 }]]);
  });

  test('ST-7 half a character at the end of a resumed text waits too', () => {
    const inbox = joinedInbox(1);

    resume(inbox, 'x\ud83d', true);
    const before = shown(inbox);
    grow(inbox, 2, '\ude00');

    expect([before, shown(inbox)]).toEqual(['x', 'x😀']);
  });

  test('UP-14 F89 a snapshot that goes on is told as a delta; another text replaces', () => {
    const inbox = growing();
    grow(inbox, 0, 'Hello');

    const onward = inbox.streams.replace(ID, 'Hello world');
    const known = inbox.streams.replace(ID, 'Hello world');
    const other = inbox.streams.replace(ID, 'Goodbye');

    expect(onward).toEqual([{ type: 'stream-delta', id: ID, offset: 5, text: ' world' }]);
    expect(known).toEqual([]);
    expect(kindsOf(other)).toEqual(['updated']);
    expect(shown(inbox)).toBe('Goodbye');
  });

  test('F91 a hundred thousand chunks of one character are put together in linear time', () => {
    const cost = (count: number) => {
      const inbox = growing();
      const started = process.cpuUsage();
      for (let offset = 0; offset < count; offset += 1) grow(inbox, offset, 'x');
      return process.cpuUsage(started).user / 1_000;
    };
    cost(20_000);

    const small = Math.min(cost(10_000), cost(10_000), cost(10_000));
    const large = Math.min(cost(100_000), cost(100_000));

    expect(large).toBeLessThan(Math.max(100, 40 * small));
  });
});

describe('the end of an answer', () => {
  test.each<[string, (inbox: Inbox) => unknown, string]>([
    ['done', (inbox) => end(inbox, 2), 'done'],
    ['failed', (inbox) => end(inbox, 2, { status: 'failed' }), 'failed'],
    ['stopped by the server', (inbox) => end(inbox, 2, { status: 'stopped' }), 'stopped'],
    ['stopped by the user', (inbox) => inbox.streams.stop(ID), 'stopped'],
    ['done in a resume', (inbox) => resume(inbox, 'ab', false), 'done'],
  ])('ST-4 UP-14 F93 F94 is final when it is %s: nothing late changes it', (_what, finish, status) => {
    const inbox = growing();
    grow(inbox, 0, 'ab');
    finish(inbox);
    const row = inbox.find(ID);

    const late = [
      grow(inbox, 2, 'late'),
      end(inbox, 9, { status: 'failed' }),
      inbox.streams.replace(ID, 'replaced'),
      begin(inbox),
      resume(inbox, 'ab and more', true),
    ];

    expect(late.flatMap(kindsOf).filter((kind) => kind !== 'duplicate')).toEqual([]);
    expect(inbox.find(ID)).toBe(row);
    expect(row).toMatchObject({ content: 'ab', stream: status });
    expect([inbox.streams.offsets(), inbox.streams.stop(ID), inbox.streams.isResponding]).toEqual([[], null, false]);
  });

  test('ST-4 before the last chunks asks once for them, and takes them', () => {
    const inbox = growing();
    grow(inbox, 0, 'ab');

    const asked = end(inbox, 4);
    const rest = resume(inbox, 'abcd', false);

    expect(kindsOf(asked)).toEqual(['rejoin-needed']);
    expect(kindsOf(rest)).toEqual(['stream-delta', 'stream-ended', `received ${ID}`]);
    expect(inbox.find(ID)).toMatchObject({ content: 'abcd', stream: 'done' });
  });

  test('ST-4 F93 that comes short for ever is shown as failed, and never hangs', () => {
    const inbox = growing();
    grow(inbox, 0, 'ab');

    const told = Array.from({ length: 20 }, () => kindsOf(end(inbox, 4)));

    expect(told.filter(([kind]) => kind === 'rejoin-needed')).toHaveLength(REPAIRS_MAX);
    expect(told[REPAIRS_MAX]).toEqual(['stream-ended', `received ${ID}`]);
    expect(told.at(-1)).toEqual([]);
    expect(inbox.find(ID)).toMatchObject({ content: 'ab', stream: 'failed' });
  });

  test('ST-3 F89 a lost connection keeps the text, and the next one goes on from it', () => {
    const inbox = growing();
    grow(inbox, 0, 'ab');

    inbox.streams.stall();
    const stalled = [inbox.find(ID)?.stream, inbox.streams.isResponding];
    resume(inbox, 'abc', true);
    grow(inbox, 3, 'd');

    expect(stalled).toEqual(['stalled', false]);
    expect(inbox.find(ID)).toMatchObject({ content: 'abcd', stream: 'streaming' });
  });

  test('ST-1 that is found further back in the log goes on from there, at the next chunk', () => {
    const inbox = joinedInbox(1);
    const older = numbered(0, { id: ID, content: 'so', streaming: true, senderRole: 'assistant' });

    inbox.prepend({ type: 'history-page', conversationId: 'c1', messages: [older], hasOlder: false });
    const before = [inbox.find(ID)?.stream, inbox.streams.isResponding];
    grow(inbox, 2, ' far');

    expect(before).toEqual(['stalled', false]);
    expect(inbox.find(ID)).toMatchObject({ content: 'so far', stream: 'streaming' });
  });

  test('UP-14 a chunk of an answer that nobody began changes nothing', () => {
    const inbox = joinedInbox(1);

    expect([grow(inbox, 0, 'x'), end(inbox, 1)]).toEqual([[], []]);
    expect(inbox.rows).toHaveLength(1);
  });
});

/** How far back the network goes for the next chunk: mostly not at all. */
function faultOf(random: () => number): number {
  const roll = random();
  return roll < 0.6 ? 0 : roll < 0.8 ? 1 : Math.floor(random() * 30);
}

/** The server gives everything again from where the client is, with some of it doubled. */
function replay(
  inbox: Inbox,
  chunks: readonly { readonly offset: number; readonly text: string }[],
  random: () => number,
): readonly InboxChange[] {
  const from = inbox.streams.offsets()[0]?.offset ?? 0;
  const first = chunks.findLastIndex(({ offset }) => offset <= from);
  return chunks
    .slice(Math.max(0, first - Math.floor(random() * 5)))
    .flatMap((chunk) => [...grow(inbox, chunk.offset, chunk.text), ...grow(inbox, chunk.offset, chunk.text)]);
}

function endsInHalf(text: string): boolean {
  return wellFormedPrefix(text) !== text;
}
