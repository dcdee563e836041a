import { describe, expect, test } from 'vitest';
import {
  type Evidence,
  isClean,
  judge,
  type LogEntry,
  type Sighting,
  type View,
} from '../../examples/play/script/checker.js';

const entry = (seq: number, senderId: string, text: string): LogEntry => ({
  seq,
  senderId,
  text,
  clientMessageId: `id of ${text}`,
});

const LOG = [entry(1, 'ada', 'a1'), entry(2, 'ben', 'b1'), entry(3, 'ada', 'a2'), entry(4, 'ben', 'b2')];
const sightings = (...pairs: readonly (readonly [number | null, string])[]): readonly Sighting[] =>
  pairs.map(([seq, text]) => ({ seq, text }));
const ADA: View = {
  viewerId: 'ada',
  conversationId: 'garden',
  received: sightings([2, 'b1'], [4, 'b2']),
  acked: sightings([1, 'a1'], [3, 'a2']),
};
const BEN: View = {
  viewerId: 'ben',
  conversationId: 'garden',
  received: sightings([1, 'a1'], [3, 'a2']),
  acked: sightings([2, 'b1'], [4, 'b2']),
};

/** Two people, four messages, everything in its place but for what `change` says. */
function evidence({ log = LOG, ada = ADA }: { log?: readonly LogEntry[]; ada?: View } = {}): Evidence {
  const attempts = ['a1', 'b1', 'a2', 'b2'].map((text) => ({
    conversationId: 'garden',
    senderId: text.startsWith('a') ? 'ada' : 'ben',
    text,
  }));
  return { attempts, logs: new Map([['garden', log]]), views: [ada, BEN] };
}

function found(changed: Evidence): readonly string[] {
  return judge(changed).findings.map(({ kind, text, where }) => `${text} ${kind} in ${where}`);
}

test('a run in which everything is in its place is clean', () => {
  const verdict = judge(evidence());

  expect(verdict).toEqual({
    attempted: 4,
    acked: 4,
    lost: 0,
    doubled: 0,
    unexpected: 0,
    outOfOrder: 0,
    findings: [],
  });
  expect(isClean(verdict)).toBe(true);
});

describe('in the log', () => {
  test.each<[string, readonly LogEntry[], readonly string[]]>([
    ['a missing message is lost', LOG.slice(0, 3), ['b2 lost in log']],
    ['a second copy is doubled', [...LOG, entry(5, 'ada', 'a1')], ['a1 doubled in log']],
    [
      'a second copy under a new id is doubled too',
      [...LOG, { ...entry(5, 'ada', 'a1'), clientMessageId: 'a new id' }],
      ['a1 doubled in log'],
    ],
    ['a message of nobody is unexpected', [...LOG, entry(5, 'ada', 'a9')], ['a9 unexpected in log']],
    [
      'a number that goes back is out of order',
      [...LOG.slice(0, 3), entry(3, 'ben', 'b2')],
      ['b2 out of order in log', 'b2 out of order in ben', 'b2 out of order in ada'],
    ],
    [
      'one sender overtaking themselves is out of order',
      [entry(1, 'ada', 'a2'), entry(2, 'ben', 'b1'), entry(3, 'ada', 'a1'), entry(4, 'ben', 'b2')],
      [
        'a1 out of order in log',
        'a1 out of order in ada',
        'a2 out of order in ada',
        'a1 out of order in ben',
        'a2 out of order in ben',
      ],
    ],
  ])('%s', (_, log, findings) => {
    const changed = evidence({ log });

    expect(new Set(found(changed))).toEqual(new Set(findings));
    expect(isClean(judge(changed))).toBe(false);
  });

  test('two senders may take turns in any order', () => {
    const log = [entry(1, 'ben', 'b1'), entry(2, 'ben', 'b2'), entry(3, 'ada', 'a1'), entry(4, 'ada', 'a2')];
    const views: readonly View[] = [
      { ...ADA, received: sightings([1, 'b1'], [2, 'b2']), acked: sightings([3, 'a1'], [4, 'a2']) },
      { ...BEN, received: sightings([3, 'a1'], [4, 'a2']), acked: sightings([1, 'b1'], [2, 'b2']) },
    ];

    expect(judge({ ...evidence({ log }), views }).findings).toEqual([]);
  });
});

describe('in what a client saw', () => {
  test.each<[string, Partial<View>, readonly string[]]>([
    ['a message that it never received is lost', { received: sightings([2, 'b1']) }, ['b2 lost in ada']],
    ['an own message without an ack is lost', { acked: sightings([1, 'a1']) }, ['a2 lost in ada']],
    [
      'a message received twice is doubled',
      { received: sightings([2, 'b1'], [2, 'b1'], [4, 'b2']) },
      ['b1 doubled in ada', 'b1 out of order in ada'],
    ],
    [
      'a message acked twice is doubled',
      { acked: sightings([1, 'a1'], [3, 'a2'], [3, 'a2']) },
      ['a2 doubled in ada', 'a2 out of order in ada'],
    ],
    [
      'messages received in another order are out of order',
      { received: sightings([4, 'b2'], [2, 'b1']) },
      ['b1 out of order in ada'],
    ],
    [
      'a message of nobody is unexpected',
      { received: sightings([2, 'b1'], [4, 'b2'], [5, 'x']) },
      ['x unexpected in ada'],
    ],
    [
      'an own message received as if it were of another is unexpected',
      { received: sightings([1, 'a1'], [2, 'b1'], [4, 'b2']) },
      ['a1 unexpected in ada'],
    ],
    [
      'a number that the log does not confirm is out of order',
      { acked: sightings([1, 'a1'], [9, 'a2']) },
      ['a2 out of order in ada'],
    ],
    [
      'a message without a number is out of order',
      { received: sightings([2, 'b1'], [null, 'b2']) },
      ['b2 out of order in ada'],
    ],
  ])('%s', (_, change, findings) => {
    const changed = evidence({ ada: { ...ADA, ...change } });

    expect(new Set(found(changed))).toEqual(new Set(findings));
    expect(isClean(judge(changed))).toBe(false);
  });
});

test('a message counts once however often it shows, and carries its id', () => {
  const verdict = judge(evidence({ log: [...LOG, entry(5, 'ada', 'a1'), entry(6, 'ada', 'a1')] }));

  expect(verdict.doubled).toBe(1);
  expect(verdict.findings).toEqual([
    { kind: 'doubled', conversationId: 'garden', text: 'a1', clientMessageId: 'id of a1', where: 'log' },
  ]);
});

test('the second copy of an own message, received as if of another, is doubled and not unexpected', () => {
  const log = [...LOG, entry(5, 'ada', 'a1')];
  const ada = { ...ADA, received: [...ADA.received, ...sightings([5, 'a1'])] };

  expect(found(evidence({ log, ada }))).toEqual(['a1 doubled in log', 'a1 doubled in ada']);
});

test('a conversation that nobody meant to use is noticed', () => {
  const { attempts, logs, views } = evidence();

  const verdict = judge({ attempts, logs: new Map([...logs, ['cellar', [entry(1, 'ada', 'a1')]]]), views });

  expect(verdict.findings).toMatchObject([{ kind: 'unexpected', conversationId: 'cellar', text: 'a1' }]);
});
