/** A full outbox: what gives way, and that nothing else does. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Outbox, type OutboxBounds } from '../../../src/core/outbox/outbox.js';
import type { Draft, OutboxEntry } from '../../../src/core/outbox/outbox-entry.js';

const SEED = Number(process.env['SEED'] ?? 141_421);
const WINDOW = { dialId: 1, inFlightMax: 3, keepsOrder: true };

function draft(id: string, facts: Partial<Draft> = {}): Draft {
  const words = { content: id, metadata: null, inReplyTo: null };
  return { id, conversationId: 'c1', ...words, queuedAtMs: 0, expiresAtMs: null, sizeBytes: 10, ...facts };
}

function outboxOf(bounds: Partial<OutboxBounds>): Outbox {
  return new Outbox({ messagesMax: 1_000, bytesMax: 1_000_000, overflow: 'drop-oldest', ...bounds });
}

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ sizeBytes: fc.integer({ min: 1, max: 30 }), conversation: fc.nat(2) }) },
    { weight: 3, arbitrary: fc.constantFrom('take', 'lose', 'put-back', 'settle') },
  ),
  { maxLength: 80, size: 'max' },
);

describe('drop-oldest', () => {
  test(`F78 lets only messages go that no connection had, the oldest first, and no more than needed (seed ${SEED})`, () => {
    const bounds = fc.record({
      messagesMax: fc.integer({ min: 1, max: 8 }),
      bytesMax: fc.integer({ min: 30, max: 120 }),
    });
    const property = fc.property(bounds, steps, (limits, sequence) => {
      const outbox = outboxOf(limits);
      let count = 0;
      for (const step of sequence) {
        if (typeof step !== 'string') {
          count += 1;
          admitAndCheck(outbox, limits, draft(`m${count}`, { ...step, conversationId: `c${step.conversation}` }));
        } else if (step === 'take') outbox.take(WINDOW, 0);
        else if (step === 'lose') outbox.loseConnection();
        else {
          const [oldest] = outbox.unconfirmed();
          if (oldest !== undefined && step === 'put-back') outbox.putBack(oldest.id);
          if (oldest !== undefined && step === 'settle') outbox.settle(oldest.id);
        }
      }
    });

    fc.assert(property, { seed: SEED, numRuns: 300 });
  });
});

describe('the cost of a message', () => {
  /** Counts of messages and their times; the growth is compared, so the machine's speed does not matter. */
  function timePerMessage(count: number, work: (outbox: Outbox, count: number) => void): number {
    const outbox = outboxOf({ messagesMax: 1_000_000, bytesMax: Number.MAX_SAFE_INTEGER });
    const startMs = performance.now();
    work(outbox, count);
    return (performance.now() - startMs) / count;
  }

  test.each([
    ['queued, sent and settled', fillAndDrain],
    ['queued and cancelled from the middle', fillAndCancel],
    ['queued behind a busy conversation', fillBehindBusy],
  ])('UP-28 does not grow with their number: %s', (_what, work) => {
    timePerMessage(2_000, work);
    const small = timePerMessage(4_000, work);
    const big = timePerMessage(64_000, work);

    // Work that grows with the number would make the second sixteen times the first.
    expect(big).toBeLessThan(Math.max(small, 0.002) * 8);
  });

  test('F78 C6 does not grow while each new message makes the oldest give way', () => {
    const outbox = outboxOf({ messagesMax: 20_000 });
    const startMs = performance.now();

    for (let index = 0; index < 100_000; index += 1) outbox.admit(draft(`m${index}`), 'cleared');

    expect(outbox.count).toBe(20_000);
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });
});

describe('an outbox that takes over', () => {
  const row = (id: string, order: number, transmittedAtMs: number | null = null): OutboxEntry => ({
    ...draft(id),
    status: transmittedAtMs === null ? 'queued' : 'unconfirmed',
    order,
    keeping: 'cleared',
    transmittedAtMs,
    sent: null,
  });
  const idsOf = (outbox: Outbox) => outbox.list().map(({ id }) => id);

  test.each([
    ['from long ago', [1, 2, 3]],
    ['from a clock that ran ahead', [9_000, 9_001, 9_002]],
    ['of several senders, in no order', [9_000, 4, 9_001]],
  ])('DS-9 UP-21 puts rows %s before what is here, in their order', (_when, [first = 0, second = 0, third = 0]) => {
    const outbox = outboxOf({});
    outbox.admit(draft('new', { queuedAtMs: 5_000 }), 'waiting');

    outbox.adopt([row('a', first), row('b', second, 1), row('c', third)], true);
    outbox.admit(draft('newest', { queuedAtMs: 5_000 }), 'waiting');

    expect(idsOf(outbox)).toEqual(['a', 'b', 'c', 'new', 'newest']);
  });

  test('UP-21 keeps what it has when it is handed over again', () => {
    const outbox = outboxOf({});
    outbox.admit(draft('mine'), 'cleared');

    const adopted = outbox.adopt([row('mine', 1), row('other', 2)], false);

    expect(adopted.map(({ id }) => id)).toEqual(['other']);
    expect(outbox.count).toBe(2);
  });

  test('DS-9 gives later messages greater orders in every life, so that a later page finds them behind', () => {
    const outbox = outboxOf({});
    outbox.adopt([row('old', 7_000)], true);

    outbox.admit(draft('new', { queuedAtMs: 6_000 }), 'cleared');

    expect(outbox.get('new')?.order).toBeGreaterThan(7_000);
  });

  test('F85 keeps aside what another tab has, until it is asked to send it again', () => {
    const outbox = outboxOf({});
    for (const id of ['a', 'b']) outbox.admit(draft(id), 'cleared');
    outbox.take(WINDOW, 0);

    const disowned = ['a', 'b', 'x'].map((id) => outbox.disown(id)?.status ?? null);

    expect(disowned).toEqual(['unconfirmed', 'unconfirmed', null]);
    expect(outbox.take(WINDOW, 0)).toBeNull();
    expect(outbox.putBack('b')?.keeping).toBe('elsewhere');
    expect(outbox.take(WINDOW, 0)?.id).toBe('b');
    expect(outbox.settle('a')?.keeping).toBe('elsewhere');
  });
});

function admitAndCheck(outbox: Outbox, limits: Pick<OutboxBounds, 'messagesMax' | 'bytesMax'>, fresh: Draft): void {
  const before = outbox.list();
  const mayGo = before.filter(({ status, transmittedAtMs }) => status === 'queued' && transmittedAtMs === null);
  const bytesOf = (entries: readonly Pick<OutboxEntry, 'sizeBytes'>[]) =>
    entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const fits = (entries: readonly OutboxEntry[]) =>
    entries.length < limits.messagesMax && bytesOf(entries) + fresh.sizeBytes <= limits.bytesMax;
  const leaving: OutboxEntry[] = [];
  while (!fits(before.filter((entry) => !leaving.includes(entry))) && leaving.length < mayGo.length) {
    leaving.push(...mayGo.slice(leaving.length, leaving.length + 1));
  }
  const isPossible = fits(before.filter((entry) => !leaving.includes(entry)));

  const admission = outbox.admit(fresh, 'cleared');

  expect('evicted' in admission).toBe(isPossible);
  if (!('evicted' in admission)) expect(outbox.list()).toEqual(before);
  else expect(admission.evicted.map(({ id }) => id)).toEqual(leaving.map(({ id }) => id));
  expect(outbox.count).toBeLessThanOrEqual(limits.messagesMax);
  expect(bytesOf(outbox.list())).toBeLessThanOrEqual(limits.bytesMax);
}

function fillAndDrain(outbox: Outbox, count: number): void {
  for (let index = 0; index < count; index += 1) outbox.admit(draft(`m${index}`), 'cleared');
  for (let entry = outbox.take(WINDOW, 0); entry !== null; entry = outbox.take(WINDOW, 0)) outbox.settle(entry.id);
}

function fillAndCancel(outbox: Outbox, count: number): void {
  for (let index = 0; index < count; index += 1) outbox.admit(draft(`m${index}`), 'cleared');
  for (let index = 0; index < count; index += 1) outbox.settle(`m${(index + count / 2) % count}`);
}

function fillBehindBusy(outbox: Outbox, count: number): void {
  const window = { ...WINDOW, keepsOrder: false };
  for (let index = 0; index < count; index += 1) {
    outbox.admit(draft(`m${index}`), 'cleared');
    outbox.take(window, 0);
  }
}
