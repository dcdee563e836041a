/** `decode` with the schemas of three libraries, by the one name that they all have. */
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { BASE_TERMS } from '../../src/core/base-terms.js';
import { type DecodeResult, defineProtocol, type InboundFrame, type Protocol } from '../../src/protocols/index.js';
import { createTestClient } from '../../src/testing/index.js';

interface Said {
  readonly id: string;
  readonly by: string;
  readonly text: string;
}

/** The part of https://standardschema.dev that is needed. */
interface Schema<Output> {
  readonly '~standard': { validate(value: unknown): Answer<Output> | Promise<Answer<Output>> };
}

type Answer<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly unknown[] };

function decodeWith<Frame>(schema: Schema<Frame>, toFrames: (frame: Frame) => readonly InboundFrame[]) {
  return (text: string): DecodeResult => {
    const answer = schema['~standard'].validate(JSON.parse(text));
    // Some put a value beside the issues.
    if (answer instanceof Promise || answer.issues !== undefined) return { ok: false, reason: 'invalid-shape' };
    return { ok: true, frames: toFrames(answer.value) };
  };
}

const HELLO: InboundFrame = { type: 'hello', userId: 'ada', sessionId: null, expiresInMs: null, terms: BASE_TERMS };

function messageOf({ id, by, text }: Said): InboundFrame {
  const place = { conversationId: 'conversation-1', seq: null, changedSeq: null, inReplyTo: null };
  const state = { createdAtMs: 0, streaming: false, deleted: false, isRead: false, metadata: null };
  const message = { id, clientMessageId: null, senderId: by, senderRole: null, content: text, ...place, ...state };
  return { type: 'message', conversationId: 'conversation-1', epoch: null, message };
}

function protocolWith(schema: Schema<Said>): Protocol {
  const off = { acks: false, deduplicates: false, sequence: false, resume: false, ranges: false, history: false };
  const features = { manyConversations: false, typing: false, readMarks: false, inBandToken: false, binary: false };
  const decode = decodeWith(schema, (frame) => (frame.id === 'hello' ? [HELLO] : [messageOf(frame)]));
  return defineProtocol({
    name: 'said',
    capabilities: { ...off, ...features, streams: 'none' },
    tokenIn: 'none',
    subprotocols: [],
    answersPings: 'perhaps',
    contentLengthMax: 100,
    greeting: JSON.stringify({ id: 'hello', by: '', text: '' }),
    decode,
    encode: () => null,
    readClose: () => null,
  });
}

describe.each([
  ['zod', z.object({ id: z.string(), by: z.string(), text: z.string().max(20) })],
  ['valibot', v.object({ id: v.string(), by: v.string(), text: v.pipe(v.string(), v.maxLength(20)) })],
  ['arktype', type({ id: 'string', by: 'string', text: 'string <= 20' })],
] as const satisfies readonly (readonly [string, Schema<Said>])[])('a protocol whose decode asks %s', (_, schema) => {
  async function open() {
    const world = createTestClient({ client: { protocol: protocolWith(schema) }, server: { mode: 'manual' } });
    world.transport.onConnection((connection) => connection.accept({ subprotocol: null }));
    await world.open();
    return world;
  }

  test('shows what is right', async () => {
    const { client, server, clock } = await open();
    server.connection.sendRaw('{"id":"1","by":"tom","text":"Hello","more":1}');
    await clock.advance(100);

    expect(client.snapshot.connection.status).toBe('open');
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['Hello']);
  });

  test.each([
    '{"id":"1","by":"tom"}',
    '{"id":1,"by":"tom","text":"x"}',
    `{"id":"1","by":"","text":"${'x'.repeat(21)}"}`,
    'null',
    '{',
  ])('UP-32 rejects %s, and goes on', async (text) => {
    const { client, server, clock } = await open();
    const reasons: string[] = [];
    client.on('frame-rejected', ({ reason }) => reasons.push(reason));
    server.connection.sendRaw(text);
    server.connection.sendRaw('{"id":"2","by":"tom","text":"next"}');
    await clock.advance(100);

    expect(reasons).toEqual(['invalid-shape']);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['next']);
  });
});

test('UP-32 a schema that answers later is no schema for frames', () => {
  const later = z.object({ id: z.string(), by: z.string(), text: z.string() }).refine(async () => true);

  expect(protocolWith(later).decode('{"id":"1","by":"","text":""}')).toEqual({ ok: false, reason: 'invalid-shape' });
});
