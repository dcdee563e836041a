import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InboundFrame } from '../../src/core/frame.js';
import type { FrameFault } from '../../src/ports/protocol.js';
import { decode } from '../../src/protocols/envelope/decode.js';
import { serverFrameSchema } from '../../src/protocols/envelope/schema.js';
import { isServerFrameType } from '../../src/protocols/envelope/validators.js';
import { deleteUnsafeKeys } from '../../src/protocols/unsafe-keys.js';
import { FrameGenerator, UNSAFE_NAMES } from './frame-generator.js';

const UNSAFE_KEYS = ['__proto__', 'constructor', 'prototype'];
const prototypeKeys = Reflect.ownKeys(Object.prototype);

/** Set SEED to repeat a run. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** The first thing in a decoded frame that JSON.parse smuggled in; null where there is none. */
function findPollution(frames: readonly InboundFrame[]): string | null {
  const pending: unknown[] = [...frames];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (![Object.prototype, Array.prototype, Map.prototype].some((known) => known === prototype)) return 'a prototype';
    const unsafe = UNSAFE_KEYS.find((key) => Object.hasOwn(value, key));
    if (unsafe !== undefined) return unsafe;
    pending.push(...(value instanceof Map ? value.values() : Object.values(value)));
  }
  return null;
}

const ack = { type: 'ack', payload: { messageId: 'own-1' } };
const wrap = (payload: string, type = 'new_message') => `{"type":"${type}","payload":${payload}}`;
const messageText = (fields: string) =>
  wrap(
    `{"conversationId":"c","message":{"id":"m","conversationId":"c","senderId":"u","content":"","timestamp":"",${fields}}}`,
  );

describe('UP-32 texts that are no frame', () => {
  it.each<[string, FrameFault]>([
    ['', 'empty'],
    [' \n\t ', 'empty'],
    ['hello', 'not-json'],
    ['{"type":"ack","payload":{"messageId":"own-1"}', 'not-json'],
    ['{"type":"ack",}', 'not-json'],
    ["{'type':'ack'}", 'not-json'],
    ['{"type":NaN}', 'not-json'],
    ['{"type":"pong"} // life', 'not-json'],
    ['{"type":"pong"}{"type":"pong"}', 'not-json'],
    ['\u0000', 'not-json'],
    ['\ufeff{"type":"pong"}', 'not-json'],
    ['\ud800', 'not-json'],
    ['null', 'not-an-object'],
    ['true', 'not-an-object'],
    ['0', 'not-an-object'],
    ['""', 'not-an-object'],
    ['"ping"', 'not-an-object'],
    ['{}', 'invalid-shape'],
    ['{"type":null}', 'invalid-shape'],
    ['{"type":["ack"],"payload":{"messageId":"own-1"}}', 'invalid-shape'],
    ['{"type":{"toString":1}}', 'invalid-shape'],
    ['{"type":{"toJSON":1,"valueOf":1}}', 'invalid-shape'],
    ['{"type":"ack"}', 'invalid-shape'],
    ['{"type":"ack","payload":[]}', 'invalid-shape'],
    ['{"type":"ack","payload":{"messageId":7}}', 'invalid-shape'],
    ['{"__proto__":{"type":"pong"}}', 'invalid-shape'],
    ['{"type":"ack","payload":{"__proto__":{"messageId":"own-1"}}}', 'invalid-shape'],
  ])('%j is a fault: %s', (text, reason) => {
    expect(decode(text)).toEqual({ ok: false, reason });
  });

  it.each([
    ['pong', { type: 'pong', latest: null }],
    [' pong\n', { type: 'pong', latest: null }],
    ['ping', { type: 'unknown', name: 'ping' }],
  ])('%j is a sign of life', (text, frame) => {
    expect(decode(text)).toEqual({ ok: true, frames: [frame] });
  });

  it('between good frames costs no good frame', () => {
    const texts = [
      '{',
      JSON.stringify(ack),
      '',
      '[[[[',
      JSON.stringify(ack),
      'x'.repeat(1_000_000),
      JSON.stringify(ack),
    ];

    const acks = texts.map((text) => decode(text)).filter((result) => result.ok);

    expect(acks).toHaveLength(3);
  });

  it.each([10_000, 1_000_000])('of %i nested arrays is a fault, not an exception', (depth) => {
    const nested = '['.repeat(depth) + ']'.repeat(depth);

    expect(decode(nested)).toEqual({ ok: false, reason: 'invalid-shape' });
    expect(decode(wrap(nested, 'ack'))).toEqual({ ok: false, reason: 'invalid-shape' });
  });

  it('with 100,000 keys is read like any other', () => {
    const extra = Array.from({ length: 100_000 }, (_, index) => `"k${index}":0`).join();

    expect(decode(`{${extra},"type":"pong"}`)).toEqual({ ok: true, frames: [{ type: 'pong', latest: null }] });
  });

  it('of a doubled key means the last one, as JSON.parse reads it', () => {
    expect(decode('{"type":"ack","type":"pong"}')).toEqual({ ok: true, frames: [{ type: 'pong', latest: null }] });
  });
});

describe('F42 frames of a later version', () => {
  it.each([...UNSAFE_NAMES, 'Ack', ' ack', 'ack\u0000', '', 'poll_created'])('of the type %j are unknown', (type) => {
    expect(decode(JSON.stringify({ type, payload: {} }))).toEqual({
      ok: true,
      frames: [{ type: 'unknown', name: type }],
    });
  });

  it('have their name cut', () => {
    const result = decode(JSON.stringify({ type: 'x'.repeat(10_000) }));

    expect(result).toEqual({ ok: true, frames: [{ type: 'unknown', name: 'x'.repeat(64) }] });
  });

  it('may carry unknown fields, which are not copied', () => {
    const unknown = Object.fromEntries(['toJSON', 'then', 'hasOwnProperty', 'grade'].map((name) => [name, 1]));
    const later = { ...ack, version: 9, payload: { ...ack.payload, ...unknown } };

    expect(decode(JSON.stringify(later))).toEqual(decode(JSON.stringify(ack)));
  });
});

describe('F38 numbers', () => {
  it.each(['0', '-1', '-0', '1.5', '1e400', '9007199254740992', '9007199254740993', '"7"', 'null', '[]', '{}'])(
    'the seq %s drops the frame',
    (seq) => {
      expect(decode(messageText(`"seq":${seq}`))).toEqual({ ok: false, reason: 'invalid-shape' });
    },
  );

  it.each(['-1', '0.5', '1e400', '9007199254740992', '"0"', 'null'])('the offset %s drops the chunk', (offset) => {
    expect(decode(wrap(`{"id":"m","offset":${offset},"text":""}`, 'message_delta'))).toMatchObject({ ok: false });
  });

  it.each(['-1', '1e400', '"500"', 'null'])('the pause of %s drops the frame', (pause) => {
    expect(decode(wrap(`{"retryAfterMs":${pause}}`, 'server_restarting'))).toMatchObject({ ok: false });
  });

  it.each(['0', '1e12', '2147483648'])('the pause of %s is read as it is', (pause) => {
    const frames = [{ type: 'server-restarting', retryAfterMs: Number(pause) }];
    expect(decode(wrap(`{"retryAfterMs":${pause}}`, 'server_restarting'))).toEqual({ ok: true, frames });
  });

  it('the largest safe seq is taken', () => {
    expect(decode(messageText('"seq":9007199254740991'))).toMatchObject({
      ok: true,
      frames: [{ message: { seq: 2 ** 53 - 1 } }],
    });
  });
});

describe('ids', () => {
  it.each(['', 'x'.repeat(201), 'x'.repeat(1_048_576)])('of a wrong length drop the frame (%#)', (messageId) => {
    expect(decode(JSON.stringify({ type: 'ack', payload: { messageId } }))).toEqual({
      ok: false,
      reason: 'invalid-shape',
    });
  });

  it.each([...UNSAFE_NAMES, ' ', '\n', '😀', '\u202eabc\u200b', '../', '<script>', 'x'.repeat(65)])(
    '%j is an id like others',
    (id) => {
      const result = decode(JSON.stringify({ type: 'ack', payload: { messageId: id } }));

      expect(result).toMatchObject({ ok: true, frames: [{ clientMessageId: id }] });
    },
  );
});

describe('C5 keys that mean something to JavaScript', () => {
  it('in metadata are deleted at every depth, and the rest stays', () => {
    const metadata =
      '{"a":{"__proto__":{"isAdmin":true},"b":[{"constructor":{"prototype":{"x":1}},"c":1}]},"prototype":2}';

    const result = decode(messageText(`"metadata":${metadata}`));

    const frames = result.ok ? result.frames : [];
    expect(findPollution(frames)).toBeNull();
    expect(frames).toMatchObject([{ message: { metadata: { a: { b: [{ c: 1 }] } } } }]);
  });

  it('spelled with escapes are deleted too', () => {
    const result = decode(messageText('"metadata":{"\\u005f_proto__":{"isAdmin":true}}'));

    expect(findPollution(result.ok ? result.frames : [])).toBeNull();
  });

  it('as conversations do not reach the Map of latest events where they are unsafe', () => {
    const result = decode(wrap('{"latest":{"__proto__":7,"constructor":8,"c-1":9}}', 'pong'));

    expect(result).toEqual({
      ok: true,
      frames: [
        {
          type: 'pong',
          latest: new Map([
            ['constructor', 8],
            ['c-1', 9],
          ]),
        },
      ],
    });
  });

  it('are deleted from a value deeper than the stack', () => {
    const depth = 200_000;
    const parsed: unknown = JSON.parse(`${'{"a":'.repeat(depth)}{"__proto__":1}${'}'.repeat(depth)}`);

    deleteUnsafeKeys(parsed);

    let deepest: unknown = parsed;
    while (typeof deepest === 'object' && deepest !== null && 'a' in deepest) deepest = deepest.a;
    expect(Reflect.ownKeys(Object(deepest))).toEqual([]);
  });
});

describe('G15 generated texts', () => {
  it('decode exactly where the schema takes them, and pollute nothing', { timeout: 120_000 }, () => {
    const generator = new FrameGenerator(seed);
    const counts = { frames: 0, unknown: 0, faults: 0 };

    for (let index = 0; index < 200_000; index += 1) {
      const text = JSON.stringify(generator.mutated());
      const result = decode(text);
      const parsed = JSON.parse(text);
      const isKnown = isServerFrameType(parsed.type);
      const isExpected = isKnown ? serverFrameSchema.safeParse(parsed).success : typeof parsed.type === 'string';
      const holdsMessage = parsed.type === 'new_message' || parsed.type === 'message_updated';
      const isContradiction = parsed.payload?.conversationId !== parsed.payload?.message?.conversationId;
      if (result.ok !== (isExpected && !(holdsMessage && isContradiction))) {
        expect.fail(`SEED=${seed}, frame ${index}: decoded ${result.ok}, expected ${isExpected}: ${text}`);
      }
      const pollution = result.ok ? findPollution(result.frames) : null;
      if (pollution !== null) expect.fail(`SEED=${seed}, frame ${index}: ${pollution} reached a frame: ${text}`);
      counts[result.ok ? (isKnown ? 'frames' : 'unknown') : 'faults'] += 1;
    }

    expect(counts.frames, `SEED=${seed}`).toBeGreaterThan(20_000);
    expect(counts.faults, `SEED=${seed}`).toBeGreaterThan(20_000);
    expect(counts.unknown, `SEED=${seed}`).toBeGreaterThan(1_000);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeKeys);
  });

  it('of any kind never make decode throw', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify([value])),
    );

    fc.assert(
      fc.property(texts, (text) => {
        const result = decode(text);
        expect(findPollution(result.ok ? result.frames : [])).toBeNull();
      }),
      { seed, numRuns: 20_000 },
    );
  });
});
