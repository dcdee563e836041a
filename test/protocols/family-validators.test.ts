/** The validators of the families of assistants give the verdict of their schemas. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { readHistory } from '../../src/protocols/streaming/read-history.js';
import {
  type ServerFrame as StreamingSchemaFrame,
  storedMessageSchema,
  serverFrameSchema as streamingSchema,
} from '../../src/protocols/streaming/schema.js';
import * as streaming from '../../src/protocols/streaming/validators.js';
import {
  type ServerFrame as ThreadSchemaFrame,
  serverFrameSchema as threadSchema,
} from '../../src/protocols/thread/schema.js';
import * as thread from '../../src/protocols/thread/validators.js';
import { FrameGenerator, NUMBERS, UNSAFE_NAMES } from './frame-generator.js';

const FRAMES_COUNT = 300_000;

/** Set SEED to repeat a run. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));

interface Family {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly isServerFrame: (frame: object) => boolean;
  readonly isServerFrameType: (type: unknown) => boolean;
  readonly events: readonly string[];
}

const FAMILIES: readonly Family[] = [
  {
    name: 'streaming',
    schema: streamingSchema,
    ...streaming,
    events: streamingSchema.options.flatMap(({ shape }) => [...shape.event.values]),
  },
  {
    name: 'thread',
    schema: threadSchema,
    ...thread,
    events: threadSchema.options.flatMap(({ shape }) => [...shape.event.values]),
  },
];

describe.each(FAMILIES)('the validators of $name', ({ schema, isServerFrame, isServerFrameType, events }) => {
  it('G15 give the verdict of the schema, on good frames and bad', { timeout: 120_000 }, () => {
    const generator = new FrameGenerator(seed, schema);
    const seen = new Map<string, { accepted: number; refused: number }>();

    for (let index = 0; index < FRAMES_COUNT; index += 1) {
      const frame = index % 4 === 0 ? generator.valid() : generator.mutated();
      const expected = schema.safeParse(frame).success;
      if (isServerFrame(frame) !== expected) {
        expect.fail(`SEED=${seed}, frame ${index}: the schema says ${expected} of ${JSON.stringify(frame)}`);
      }
      const event = typeof frame['event'] === 'string' ? frame['event'] : '';
      const counts = seen.get(event) ?? { accepted: 0, refused: 0 };
      counts[expected ? 'accepted' : 'refused'] += 1;
      seen.set(event, counts);
    }

    const known = [...seen].filter(([event]) => isServerFrameType(event)).map(([, counts]) => counts);
    expect(known, `SEED=${seed}`).toHaveLength(events.length);
    for (const { accepted, refused } of known) {
      expect(accepted, `SEED=${seed}`).toBeGreaterThan(5_000);
      expect(refused, `SEED=${seed}`).toBeGreaterThan(500);
    }
  });

  it('know the events that the schema names, and no inherited name', () => {
    const names = [...events, ...UNSAFE_NAMES, '', 'Pong', ' pong', 'x'.repeat(10_000)];

    expect(names.filter(isServerFrameType)).toEqual(events);
    expect([null, 1, {}, ['pong'], { toString: () => 'pong' }].filter(isServerFrameType)).toEqual([]);
  });

  it.each(NUMBERS)('F38 give the verdict of the schema on the number %s', (value) => {
    const frames = [
      { event: 'token_expiring_soon', expires_in: value },
      { event: 'assistant_message', payload: { text: '' }, sequence: value },
      { event: value },
      { event: 'chunk', chunk: value },
      { event: 'typing', value },
    ];

    expect(frames.map((frame) => isServerFrame(frame))).toEqual(frames.map((frame) => schema.safeParse(frame).success));
  });
});

describe('the history of the streaming family', () => {
  it('G15 lets the messages through that the schema takes, and no others', () => {
    const ids = ['1', '', 7, 0, -1.5, null, undefined, {}, [], true];
    const senders = ['user', 'assistant', 'system', '', null, 1];
    const contents = ['', 'text', null, 3, []];
    const dates = ['2026-01-01T00:00:00Z', '', undefined, null, 3];
    const rows: unknown[] = [null, 1, 'row', [], [[]]];
    for (const id of ids)
      for (const sender of senders)
        for (const content of contents) for (const created_at of dates) rows.push({ id, sender, content, created_at });
    // As it arrives: JSON has no undefined.
    const arrived: unknown[] = JSON.parse(JSON.stringify(rows));

    expect(readHistory(JSON.stringify(rows))).toEqual(
      arrived.filter((row) => storedMessageSchema.safeParse(row).success),
    );
    for (const body of ['', '{', '{}', 'null', '"[]"', '1']) expect(readHistory(body)).toBeNull();
  });
});

it('narrow to the types of the schemas', () => {
  expectTypeOf<streaming.ServerFrame>().toEqualTypeOf<StreamingSchemaFrame>();
  expectTypeOf<thread.ServerFrame>().toEqualTypeOf<ThreadSchemaFrame>();
  expectTypeOf<streaming.ServerFrame>().not.toBeAny();
});
