import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { compileValidators } from '../../scripts/compile-validators.js';
import {
  clientFrameSchema,
  type ServerFrame as SchemaFrame,
  serverFrameSchema,
  serverFrameSchemas,
} from '../../src/protocols/envelope/schema.js';
import { isServerFrame, isServerFrameType, type ServerFrame } from '../../src/protocols/envelope/validators.js';
import { FrameGenerator, NUMBERS, UNSAFE_NAMES } from './frame-generator.js';

const FRAMES_COUNT = 1_000_000;

/** Set SEED to repeat a run. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));

describe('the validators of the envelope protocol', () => {
  it('are what the script makes of the schema', () => {
    for (const { path, text } of compileValidators()) {
      const checkedIn = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

      expect(checkedIn, `${path} is stale; run npm run validators`).toBe(text);
    }
  });

  it('need no import, no eval and no module', () => {
    for (const { text } of compileValidators().filter(({ path }) => path.endsWith('.js'))) {
      expect(text).not.toMatch(/\b(import|require|eval|Function)\b/);
    }
  });

  it('narrow to the type of the schema', () => {
    expectTypeOf<ServerFrame>().toEqualTypeOf<SchemaFrame>();
    expectTypeOf<ServerFrame>().not.toBeAny();
  });

  it('know the types that the schema names, and no inherited name', () => {
    const known = Object.keys(serverFrameSchemas);

    const names = [...known, ...UNSAFE_NAMES, '', 'Ack', ' ack', 'ack ', 'x'.repeat(10_000)];

    expect(names.filter(isServerFrameType)).toEqual(known);
    expect([null, 1, {}, ['ack'], { toString: () => 'ack' }].filter(isServerFrameType)).toEqual([]);
  });

  it('G15 gives the verdict of the schema on a million frames, good and bad', { timeout: 180_000 }, () => {
    const generator = new FrameGenerator(seed);
    const seen = new Map<string, { accepted: number; refused: number }>();

    for (let index = 0; index < FRAMES_COUNT; index += 1) {
      const frame = index % 4 === 0 ? generator.valid() : generator.mutated();
      const expected = serverFrameSchema.safeParse(frame).success;
      if (isServerFrame(frame) !== expected) {
        expect.fail(`SEED=${seed}, frame ${index}: the schema says ${expected} of ${JSON.stringify(frame)}`);
      }
      const type = typeof frame['type'] === 'string' ? frame['type'] : '';
      const counts = seen.get(type) ?? { accepted: 0, refused: 0 };
      counts[expected ? 'accepted' : 'refused'] += 1;
      seen.set(type, counts);
    }

    const known = [...seen].filter(([type]) => isServerFrameType(type)).map(([, counts]) => counts);
    expect(known, `SEED=${seed}`).toHaveLength(generator.typesCount);
    for (const { accepted, refused } of known) {
      expect(accepted, `SEED=${seed}`).toBeGreaterThan(10_000);
      expect(refused, `SEED=${seed}`).toBeGreaterThan(2_000);
    }
  });

  it('S14 nor the schemas throw for what only looks as if it had a length', () => {
    const falseText = JSON.parse('{"length":{"toString":null,"valueOf":null}}');

    const received = { type: 'ack', messageId: falseText, payload: { messageId: falseText } };
    const sent = [
      { type: 'authenticate', payload: { token: falseText } },
      { type: 'mark_read', payload: { conversationId: 'c', messageIds: falseText } },
      { type: 'join_conversation', payload: { conversationId: falseText, streams: falseText } },
    ];

    expect(isServerFrame(received)).toBe(false);
    expect(serverFrameSchema.safeParse(received).success).toBe(false);
    expect(sent.map((frame) => clientFrameSchema.safeParse(frame).success)).toEqual([false, false, false]);
  });

  it('S14 nor the schema of the client throw, on 200,000 client frames', { timeout: 60_000 }, () => {
    const generator = new FrameGenerator(seed, clientFrameSchema);
    let acceptedCount = 0;

    for (let index = 0; index < 200_000; index += 1) {
      const frame = index % 4 === 0 ? generator.valid() : generator.mutated();
      if (clientFrameSchema.safeParse(frame).success) acceptedCount += 1;
    }

    expect(acceptedCount, `SEED=${seed}`).toBeGreaterThan(60_000);
    expect(acceptedCount, `SEED=${seed}`).toBeLessThan(160_000);
  });

  it.each(NUMBERS)('F38 give the verdict of the schema on the number %s in every place of a number', (value) => {
    const message = { id: 'm', conversationId: 'c', senderId: 's', content: '', timestamp: '', seq: value };
    const frames = [
      { type: 'new_message', payload: { conversationId: 'c', message, seq: 1 } },
      { type: 'new_message', payload: { conversationId: 'c', message: { ...message, seq: 1 }, seq: value } },
      { type: 'conversation_history', payload: { conversationId: 'c', messages: [message], latestSeq: value } },
      { type: 'new_message', payload: { conversationId: 'c', message: { ...message, seq: 1, changedSeq: value } } },
      { type: 'message_deleted', payload: { conversationId: 'c', id: 'm', seq: value } },
      { type: 'message_delta', payload: { id: 'm', offset: value, text: '' } },
      { type: 'message_end', payload: { id: 'm', length: value, status: 'done' } },
      { type: 'pong', payload: { latest: { c: value } } },
      { type: 'token_expiring_soon', payload: { expiresInMs: value } },
      { type: 'server_restarting', timestamp: value, payload: { retryAfterMs: value } },
      {
        type: 'connected',
        payload: { userId: 'u', limits: { messagesPerSecond: value }, heartbeat: { intervalMs: value } },
      },
    ];

    const verdicts = frames.map((frame) => isServerFrame(frame));

    expect(verdicts).toEqual(frames.map((frame) => serverFrameSchema.safeParse(frame).success));
  });
});
