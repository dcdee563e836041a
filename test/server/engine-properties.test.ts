import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineBench } from './support/engine-bench.js';

const connectionIds = ['ada', 'ada2', 'bob'] as const;

type Step =
  | { readonly kind: 'send'; readonly from: string; readonly messageId: string; readonly text: string }
  | { readonly kind: 'join' | 'leave' | 'read' | 'page'; readonly from: string }
  | { readonly kind: 'store' }
  | { readonly kind: 'chunk' | 'end'; readonly text: string };

const from = fc.constantFrom(...connectionIds);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      from,
      messageId: fc.integer({ min: 1, max: 12 }).map((number) => `m${number}`),
      text: fc.constantFrom('one', 'two', '@bot help', ' '),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('join', 'leave', 'read', 'page'), from }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'store' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('chunk', 'end'), text: fc.string() }) },
);

function perform(bench: EngineBench, next: Step): void {
  switch (next.kind) {
    case 'send':
      bench.send(next.from, next.messageId, { content: next.text });
      return;
    case 'join':
      bench.join(next.from);
      return;
    case 'leave':
      bench.disconnect(next.from);
      bench.connect(next.from, next.from.slice(0, 3));
      return;
    case 'read': {
      const messageIds = bench.framesOfType(next.from, 'new_message').map((frame) => frame.payload.message.id);
      bench.receive(next.from, { type: 'mark_read', payload: { conversationId: 'lobby', messageIds } });
      return;
    }
    case 'page':
      bench.receive(next.from, { type: 'load_history', payload: { conversationId: 'lobby', limit: 5 } });
      return;
    case 'store':
      bench.storeAll();
      return;
    case 'chunk':
    case 'end': {
      const started = bench.effects.findLast((effect) => effect.type === 'start-answer');
      if (started === undefined) return;
      if (next.kind === 'end') bench.input({ type: 'answer-ended', streamId: started.streamId, status: 'done' });
      else bench.input({ type: 'answer-extended', streamId: started.streamId, text: next.text });
    }
  }
}

/** Everything that was ever told with a place in the log: who heard it, and what it was. */
function seqsHeardBy(bench: EngineBench, connectionId: string): readonly number[] {
  return bench.framesOf(connectionId).flatMap((frame) => {
    const isDurable = frame.type === 'new_message' || frame.type === 'messages_read' || frame.type === 'message_start';
    return isDurable ? (frame.payload.seq ?? []) : [];
  });
}

describe('any run of the engine', () => {
  it('SV-2 SV-7 keeps one contiguous log, one entry per id, and acks that tell the truth', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
        const bench = new EngineBench({ storesAtOnce: false });
        for (const connectionId of connectionIds) bench.connect(connectionId, connectionId.slice(0, 3));
        bench.storeAll();
        bench.join('bob');
        bench.storeAll();

        for (const next of steps) perform(bench, next);
        bench.storeAll();

        const writes = bench.effects.flatMap((effect) => (effect.type === 'store' ? effect.writes : []));
        const entries = writes.flatMap((write) => (write.type === 'put-entry' ? [write.entry] : []));
        const seqs = [...new Set(entries.map((entry) => entry.seq))];
        expect(seqs).toEqual(seqs.map((_, index) => index + 1));
        expect(seqsHeardBy(bench, 'bob')).toEqual(seqs);
        const bySender = new Map<string, number>();
        for (const entry of entries) {
          if (entry.kind !== 'message' || entry.clientMessageId === null) continue;
          const key = `${entry.senderId} ${entry.clientMessageId}`;
          expect(bySender.get(key) ?? entry.seq).toBe(entry.seq);
          bySender.set(key, entry.seq);
        }
        for (const connectionId of connectionIds) {
          const user = connectionId.slice(0, 3);
          for (const { payload } of bench.framesOfType(connectionId, 'ack')) {
            expect(bySender.get(`${user} ${payload.messageId}`)).toBe(payload.seq);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ST-4 tells chunks that make up the text, to whoever hears them from the start', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const bench = new EngineBench({ storesAtOnce: false });
        for (const connectionId of connectionIds) bench.connect(connectionId, connectionId.slice(0, 3));
        bench.storeAll();
        bench.join('bob');

        for (const next of steps) if (!('from' in next && next.from === 'bob')) perform(bench, next);
        bench.storeAll();

        const texts = new Map<string, string>();
        for (const frame of bench.framesOf('bob')) {
          if (frame.type === 'message_start') texts.set(frame.payload.id, '');
          if (frame.type === 'message_delta') {
            const text = texts.get(frame.payload.id) ?? '';
            expect(frame.payload.offset).toBe(text.length);
            texts.set(frame.payload.id, text + frame.payload.text);
          }
          if (frame.type === 'message_end') expect(texts.get(frame.payload.id)).toHaveLength(frame.payload.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});
