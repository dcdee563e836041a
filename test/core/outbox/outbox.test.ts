/** Messages on their way out, against a model: order, bounds, and never twice on a connection that may have it. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Outbox, type OutboxBounds, type SendWindow } from '../../../src/core/outbox/outbox.js';
import type { Draft, OutboxEntry } from '../../../src/core/outbox/outbox-entry.js';

const SEED = Number(process.env['SEED'] ?? 31_415);
const WIDE: OutboxBounds = { messagesMax: 1_000, bytesMax: 1_000_000, overflow: 'reject-new' };

function draft(id: string, facts: Partial<Draft> = {}): Draft {
  return {
    id,
    conversationId: 'c1',
    content: id,
    metadata: null,
    inReplyTo: null,
    queuedAtMs: 0,
    expiresAtMs: null,
    sizeBytes: 10,
    ...facts,
  };
}

/** Why it was not taken; null once it was. */
function admit(outbox: Outbox, facts: Draft): 'messages' | 'bytes' | null {
  const admission = outbox.admit(facts, 'cleared');
  return 'full' in admission ? admission.full : null;
}

function fill(outbox: Outbox, ...ids: readonly string[]): Outbox {
  for (const id of ids) admit(outbox, draft(id));
  return outbox;
}

function requeue(outbox: Outbox): void {
  for (const { id } of outbox.unconfirmed()) outbox.putBack(id);
}

function window(facts: Partial<SendWindow> = {}): SendWindow {
  return { dialId: 1, inFlightMax: 8, keepsOrder: true, ...facts };
}

function takeAll(outbox: Outbox, facts: Partial<SendWindow> = {}): readonly string[] {
  const ids: string[] = [];
  for (let entry = outbox.take(window(facts), 0); entry !== null; entry = outbox.take(window(facts), 0))
    ids.push(entry.id);
  return ids;
}

function idsIn(outbox: Outbox): readonly string[] {
  return outbox.list().map(({ id }) => id);
}

type Move =
  | { readonly kind: 'admit'; readonly conversation: number; readonly sizeBytes: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'put-back' | 'settle'; readonly pick: number }
  | { readonly kind: 'lose' | 'requeue' };

const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('admit' as const),
      conversation: fc.nat(2),
      sizeBytes: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 8, arbitrary: fc.constant<Move>({ kind: 'take' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put-back' as const), pick: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), pick: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.constant<Move>({ kind: 'lose' }) },
  { weight: 2, arbitrary: fc.constant<Move>({ kind: 'requeue' }) },
);

/** What the model knows: every message that is held, in the order of its sending, and where it went. */
class Model {
  readonly outbox: Outbox;
  readonly held = new Map<
    string,
    { readonly order: number; readonly sizeBytes: number; status: OutboxEntry['status'] }
  >();
  /** The connections that may have it, each with the number it had there. */
  readonly sentOn = new Map<string, number>();
  readonly numbers = new Map<string, string>();
  dialId = 1;
  orders = 0;

  constructor(bounds: OutboxBounds) {
    this.outbox = new Outbox(bounds);
  }

  /** The first that may go out: of what is queued, in its order, and of a quiet conversation where that is asked. */
  expectedNext(terms: SendWindow): string | null {
    const all = [...this.held].sort(([, a], [, b]) => a.order - b.order);
    const flying = all.filter(([, { status }]) => status === 'sending');
    if (flying.length >= terms.inFlightMax) return null;
    const busy = new Set(flying.map(([id]) => conversationOf(id)));
    const next = all.find(
      ([id, { status }]) => status === 'queued' && (terms.keepsOrder || !busy.has(conversationOf(id))),
    );
    return next?.[0] ?? null;
  }

  byPick(pick: number): string {
    return [...this.held.keys()][pick % Math.max(1, this.held.size)] ?? 'nobody';
  }
}

describe('the outbox', () => {
  test(`DS-8 DS-9 DS-3 keeps order and count through any losses and refusals (seed ${SEED})`, () => {
    const terms = fc.record({ inFlightMax: fc.integer({ min: 1, max: 4 }), keepsOrder: fc.boolean() });
    const bounds = fc.record({
      messagesMax: fc.integer({ min: 1, max: 12 }),
      bytesMax: fc.integer({ min: 20, max: 300 }),
      overflow: fc.constant('reject-new' as const),
    });
    const property = fc.property(
      bounds,
      terms,
      fc.array(moves, { maxLength: 100, size: 'max' }),
      (limits, how, sequence) => {
        const model = new Model(limits);

        for (const move of sequence) {
          apply(model, move, { ...how, dialId: model.dialId });
          check(model, limits);
        }
      },
    );

    fc.assert(property, { seed: SEED, numRuns: 300 });
  });

  test('DS-9 what a lost connection had goes first again, in its order', () => {
    const outbox = fill(new Outbox(WIDE), 'a', 'b', 'c', 'd');
    outbox.take(window(), 0);
    outbox.take(window(), 0);
    outbox.loseConnection();
    fill(outbox, 'e');

    requeue(outbox);

    expect(takeAll(outbox, { dialId: 2 })).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('DS-9 F28 the first of eight that is not taken goes before all that were', () => {
    const outbox = fill(new Outbox(WIDE), 'a', 'b', 'c', 'd');
    takeAll(outbox);

    outbox.putBack('c');
    outbox.putBack('a');
    outbox.putBack('b');

    expect(takeAll(outbox)).toEqual(['a', 'b', 'c']);
  });

  test('DS-8 what is unconfirmed is not sent again by itself', () => {
    const outbox = fill(new Outbox(WIDE), 'a', 'b');
    outbox.take(window(), 0);

    outbox.loseConnection();

    expect(takeAll(outbox, { dialId: 2 })).toEqual(['b']);
    expect(outbox.get('a')?.status).toBe('unconfirmed');
  });

  test('DS-9 SV-6 numbers count from one on each connection, and a resend keeps its own', () => {
    const outbox = fill(new Outbox(WIDE), 'a', 'b', 'c');
    admit(outbox, draft('other', { conversationId: 'c2' }));
    const numberOf = (dialId: number) => {
      const entry = outbox.take(window({ dialId }), 0);
      return `${entry?.id} ${entry?.sent?.producerSeq}`;
    };

    const first = [1, 1].map(numberOf);
    outbox.putBack('b');
    outbox.putBack('a');
    const again = [1, 1, 1, 1].map(numberOf);
    outbox.loseConnection();
    requeue(outbox);
    const anew = [2, 2].map(numberOf);

    expect(first).toEqual(['a 1', 'b 2']);
    expect(again).toEqual(['a 1', 'b 2', 'c 3', 'other 1']);
    expect(anew).toEqual(['a 1', 'b 2']);
  });

  test('F78 C6 is bounded by count and by bytes, and takes again what was freed', () => {
    const byCount = fill(new Outbox({ ...WIDE, messagesMax: 2 }), 'a', 'b');
    const byBytes = fill(new Outbox({ ...WIDE, bytesMax: 25 }), 'a', 'b');

    const refused = [admit(byCount, draft('c')), admit(byBytes, draft('c'))];
    byCount.settle('a');
    byBytes.settle('a');

    expect(refused).toEqual(['messages', 'bytes']);
    expect([admit(byCount, draft('c')), admit(byBytes, draft('c'))]).toEqual([null, null]);
  });

  test('F27 DS-3 settling twice, or what nobody knows, is harmless', () => {
    const outbox = fill(new Outbox({ ...WIDE, bytesMax: 20 }), 'a', 'b');

    const settled = ['a', 'a', 'x'].map((id) => outbox.settle(id)?.id ?? null);

    expect(settled).toEqual(['a', null, null]);
    expect(admit(outbox, draft('c'))).toBe(null);
    expect(admit(outbox, draft('d'))).toBe('bytes');
  });

  test('DS-11 cleared, it tells what it held, in order', () => {
    const outbox = fill(new Outbox(WIDE), 'a', 'b', 'c');
    outbox.take(window(), 0);
    outbox.loseConnection();
    outbox.take(window({ dialId: 2 }), 0);

    const cleared = outbox.clear();

    expect(cleared.map(({ id, status }) => `${id} ${status}`)).toEqual(['a unconfirmed', 'b sending', 'c queued']);
    expect([outbox.count, outbox.inFlightCount, outbox.queuedCount]).toEqual([0, 0, 0]);
    expect(admit(outbox, draft('d', { sizeBytes: WIDE.bytesMax }))).toBe(null);
  });
});

function apply(model: Model, move: Move, terms: SendWindow): void {
  const { outbox, held } = model;
  switch (move.kind) {
    case 'admit': {
      const id = `${move.conversation}-${model.orders}`;
      model.orders += 1;
      const refused = admit(outbox, draft(id, { conversationId: `${move.conversation}`, sizeBytes: move.sizeBytes }));
      if (refused === null) held.set(id, { order: model.orders, sizeBytes: move.sizeBytes, status: 'queued' });
      return;
    }
    case 'take':
      return take(model, terms);
    case 'put-back': {
      const id = model.byPick(move.pick);
      const entry = held.get(id);
      const isOut = entry !== undefined && entry.status !== 'queued';
      expect(outbox.putBack(id)?.id ?? null).toBe(isOut ? id : null);
      if (entry !== undefined) entry.status = 'queued';
      model.sentOn.delete(id);
      return;
    }
    case 'settle': {
      const id = model.byPick(move.pick);
      expect(outbox.settle(id)?.id ?? null).toBe(held.delete(id) ? id : null);
      return;
    }
    case 'lose':
      model.dialId += 1;
      for (const { id } of outbox.loseConnection()) expect(held.get(id)?.status).toBe('sending');
      for (const entry of held.values()) if (entry.status === 'sending') entry.status = 'unconfirmed';
      return;
    case 'requeue':
      requeue(outbox);
      for (const entry of held.values()) if (entry.status === 'unconfirmed') entry.status = 'queued';
  }
}

function take(model: Model, terms: SendWindow): void {
  const expected = model.expectedNext(terms);
  const entry = model.outbox.take(terms, 0);
  expect(entry?.id ?? null).toBe(expected);
  const known = model.held.get(entry?.id ?? '');
  if (entry === null || entry.sent === null || known === undefined) return;
  known.status = 'sending';

  // DS-8: a connection that may have it does not get it again, unless it said that it has it not.
  expect(model.sentOn.get(entry.id)).not.toBe(terms.dialId);
  model.sentOn.set(entry.id, terms.dialId);
  const number = `${terms.dialId} ${entry.conversationId} ${entry.sent.producerSeq}`;
  expect(model.numbers.get(number) ?? entry.id).toBe(entry.id);
  model.numbers.set(number, entry.id);
}

function check({ outbox, held }: Model, limits: OutboxBounds): void {
  const model = [...held].sort(([, a], [, b]) => a.order - b.order);
  expect(outbox.list().map(({ id, status }) => `${id} ${status}`)).toEqual(
    model.map(([id, { status }]) => `${id} ${status}`),
  );
  expect(idsIn(outbox)).toHaveLength(outbox.count);
  expect(outbox.count).toBeLessThanOrEqual(limits.messagesMax);
  expect(model.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0)).toBeLessThanOrEqual(limits.bytesMax);
  expect(outbox.inFlightCount + outbox.queuedCount).toBe(outbox.count);
}

function conversationOf(id: string): string {
  return id.split('-')[0] ?? '';
}
