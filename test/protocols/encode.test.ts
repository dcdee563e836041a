import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASE_TERMS as base } from '../../src/core/base-terms.js';
import type { OutboundFrame, ServerTerms } from '../../src/core/frame.js';
import { clientFrameSchema } from '../../src/protocols/envelope/schema.js';
import { type EnvelopeProtocolOptions, envelopeProtocol } from '../../src/protocols/index.js';

const extended: ServerTerms = {
  ...base,
  extended: true,
  deduplicates: true,
  producerOrder: true,
  sequence: true,
  ranges: true,
  inBandToken: true,
};

const join: OutboundFrame = {
  type: 'join',
  conversationId: 'c-1',
  after: { epoch: 'e-1', seq: 7 },
  streams: [{ messageId: 'm-9', offset: 12 }],
  limit: 100,
  unconfirmed: [],
};
const send: Extract<OutboundFrame, { type: 'send' }> = {
  type: 'send',
  clientMessageId: 'own-1',
  conversationId: 'c-1',
  content: 'hi',
  metadata: null,
  inReplyTo: null,
  producer: { id: 'p-1', seq: 3 },
  sentAtMs: 1_795_210_479_463,
};
/** What JSON writes another way than it is. */
const HOSTILE = {
  conversationId: 'c"1\\',
  content: 'one\ntwo\u0000 "three" \\ \u007f é 😀 \u2028',
  inReplyTo: '\ud800',
  clientMessageId: '"},{"',
};
const SEED = Number(process.env['SEED'] ?? 31_337);
const receiver = { sendFields: { receiverId: 'u-2' } };

/** What goes on the wire, held to the schema that servers read it with; null where nothing does. */
function encode(frame: OutboundFrame, terms: ServerTerms, options: EnvelopeProtocolOptions = {}): unknown {
  const text = envelopeProtocol(options).encode(frame, terms);
  if (text === null) return null;
  const envelope: unknown = JSON.parse(text);
  expect(clientFrameSchema.safeParse(envelope).error).toBeUndefined();
  return envelope;
}

describe('frames for every server', () => {
  it.each<[OutboundFrame, unknown]>([
    [{ type: 'ping' }, { type: 'ping' }],
    [
      { type: 'mark-read', conversationId: 'c-1', messageIds: ['m-1', 'm-2'] },
      { type: 'mark_read', messageId: 'c-1', payload: { conversationId: 'c-1', messageIds: ['m-1', 'm-2'] } },
    ],
    [
      { type: 'typing', conversationId: 'c-1', isTyping: true },
      { type: 'typing', payload: { conversationId: 'c-1', receiverId: 'u-2' } },
    ],
    [
      { type: 'typing', conversationId: 'c-1', isTyping: false },
      { type: 'stop_typing', payload: { conversationId: 'c-1', receiverId: 'u-2' } },
    ],
  ])('%j', (frame, envelope) => {
    expect(encode(frame, base, receiver)).toEqual(envelope);
    expect(encode(frame, extended, receiver)).toEqual(envelope);
  });

  it('hold no more read marks than the wire takes, the newest ones, and are not sent for none', () => {
    const messageIds = Array.from({ length: 1_500 }, (_, index) => `m-${index}`);

    const many = encode({ type: 'mark-read', conversationId: 'c-1', messageIds }, base);
    const none = encode({ type: 'mark-read', conversationId: 'c-1', messageIds: [] }, base);

    expect(many).toEqual({
      type: 'mark_read',
      messageId: 'c-1',
      payload: { conversationId: 'c-1', messageIds: messageIds.slice(500) },
    });
    expect(none).toBeNull();
  });
});

describe('frames for a base server', () => {
  it('join without the words of chatsocket.v1', () => {
    expect(encode(join, base)).toEqual({
      type: 'join_conversation',
      messageId: 'c-1',
      payload: { conversationId: 'c-1' },
    });
  });

  it('send the text, its id and nothing that the server has not announced', () => {
    const frame = { ...send, inReplyTo: 'm-1', metadata: { topic: 'roof' } };

    expect(encode(frame, base)).toEqual({
      type: 'send_message',
      messageId: 'own-1',
      timestamp: 1_795_210_479_463,
      payload: { conversationId: 'c-1', content: 'hi' },
    });
  });

  it.each([
    ['from metadata', { receiverId: 'u-9', jobId: 'j-9' }, {}, { receiverId: 'u-9', jobId: 'j-9' }],
    ['from the options', null, receiver, { receiverId: 'u-2' }],
    ['from a look-up', null, { sendFields: (id: string) => ({ receiverId: `of-${id}` }) }, { receiverId: 'of-c-1' }],
    ['from metadata before the options', { receiverId: 'u-9' }, receiver, { receiverId: 'u-9' }],
    ['from the options where metadata has no text', { receiverId: 9, jobId: '' }, receiver, { receiverId: 'u-2' }],
    ['from nowhere where a look-up knows nothing', null, { sendFields: () => ({ receiverId: undefined }) }, {}],
    ['from own fields only', Object.create({ receiverId: 'u-9' }), {}, {}],
    ['from no list', ['u-9'], {}, {}],
    ['from no text', 'u-9', {}, {}],
  ])('send the receiver %s', (_, metadata, ...[options, fields]) => {
    const envelope = encode({ ...send, metadata }, base, options);

    expect(envelope).toMatchObject({ payload: { ...fields, content: 'hi', conversationId: 'c-1' } });
    expect(envelope).not.toHaveProperty('payload.metadata');
    if (!('receiverId' in fields)) expect(envelope).not.toHaveProperty('payload.receiverId');
  });

  it('send the first message of a conversation that has no id yet', () => {
    const frame = { ...send, conversationId: '', metadata: { receiverId: 'u-2', jobId: 'j-1' } };

    expect(encode(frame, base)).toHaveProperty('payload', { content: 'hi', receiverId: 'u-2', jobId: 'j-1' });
  });

  it.each<OutboundFrame>([
    { type: 'load-history', conversationId: 'c-1', before: 8, limit: 50 },
    { type: 'cancel-stream', conversationId: 'c-1', messageId: 'm-1' },
    { type: 'authenticate', token: 'secret' },
    { type: 'typing', conversationId: 'c-1', isTyping: true },
  ])('have no words for %j', (frame) => {
    expect(encode(frame, base)).toBeNull();
  });

  it('authenticate where the token travels in the first frame, before any hello', () => {
    const envelope = encode({ type: 'authenticate', token: 'secret' }, base, { tokenIn: 'first-frame' });

    expect(envelope).toEqual({ type: 'authenticate', payload: { token: 'secret' } });
  });
});

describe('frames for a server that speaks chatsocket.v1', () => {
  it('resume where the client stands', () => {
    expect(encode(join, extended)).toEqual({
      type: 'join_conversation',
      messageId: 'c-1',
      payload: {
        conversationId: 'c-1',
        after: { epoch: 'e-1', seq: 7 },
        streams: [{ messageId: 'm-9', offset: 12 }],
        limit: 100,
      },
    });
  });

  it('say so where there is nothing yet', () => {
    const envelope = encode({ ...join, after: null, streams: [] }, extended);

    expect(envelope).toHaveProperty('payload', { conversationId: 'c-1', after: null, streams: [], limit: 100 });
  });

  it('keep lists and pages within what the wire takes', () => {
    const streams = Array.from({ length: 70 }, (_, index) => ({ messageId: `m-${index}`, offset: index }));

    const joining = encode({ ...join, streams, limit: 1_000_000 }, extended);
    const paging = encode({ type: 'load-history', conversationId: 'c-1', before: null, limit: 5_000 }, extended);

    expect(joining).toMatchObject({ payload: { streams: streams.slice(6), limit: 1_000 } });
    expect(paging).toEqual({
      type: 'load_history',
      messageId: 'c-1',
      payload: { conversationId: 'c-1', before: null, limit: 1_000 },
    });
  });

  it('send the place in the window, the message answered and the whole metadata', () => {
    const frame = { ...send, inReplyTo: 'm-1', metadata: { topic: 'roof', receiverId: 'u-9' } };

    expect(encode(frame, extended)).toEqual({
      type: 'send_message',
      messageId: 'own-1',
      timestamp: 1_795_210_479_463,
      payload: {
        conversationId: 'c-1',
        content: 'hi',
        receiverId: 'u-9',
        inReplyTo: 'm-1',
        metadata: { topic: 'roof', receiverId: 'u-9' },
        producer: { id: 'p-1', seq: 3 },
      },
    });
  });

  it(`carry any text as it is (seed ${SEED})`, () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    const anything = fc.record({ conversationId: text, content: text, inReplyTo: text, clientMessageId: text });
    const property = fc.property(anything, text, fc.jsonValue(), (said, producerId, metadata) => {
      const frame = { ...send, ...said, metadata: { metadata }, producer: { id: producerId, seq: 3 } };
      const envelope: unknown = JSON.parse(envelopeProtocol().encode(frame, extended) ?? '');

      const { clientMessageId: messageId, ...payload } = said;
      expect(envelope).toMatchObject({ messageId, payload: { ...payload, producer: frame.producer } });
      expect(envelope).toHaveProperty('payload.metadata', JSON.parse(JSON.stringify(frame.metadata)));
    });

    fc.assert(property, { seed: SEED, numRuns: 1_000, examples: [[HOSTILE, '"', '\\']] });
  });

  it('carry nothing that a page put on the prototype of all objects', () => {
    const prototype: object = Object.prototype;
    Reflect.defineProperty(prototype, 'ofThePage', { value: 'x', enumerable: true, configurable: true });
    const text = envelopeProtocol().encode(send, extended);
    Reflect.deleteProperty(prototype, 'ofThePage');

    expect(text).not.toContain('ofThePage');
  });

  it('leave the place in the window out where the server keeps no order', () => {
    expect(encode(send, { ...extended, producerOrder: false })).not.toHaveProperty('payload.producer');
  });

  it.each<[OutboundFrame, unknown]>([
    [
      { type: 'load-history', conversationId: 'c-1', before: 8, limit: 50 },
      { type: 'load_history', messageId: 'c-1', payload: { conversationId: 'c-1', before: 8, limit: 50 } },
    ],
    [
      { type: 'fetch-range', conversationId: 'c-1', from: 4, to: 9 },
      { type: 'fetch_range', messageId: 'c-1', payload: { conversationId: 'c-1', from: 4, to: 9 } },
    ],
    [
      { type: 'cancel-stream', conversationId: 'c-1', messageId: 'm-1' },
      { type: 'cancel_stream', messageId: 'm-1', payload: { conversationId: 'c-1', messageId: 'm-1' } },
    ],
    [
      { type: 'authenticate', token: 'secret' },
      { type: 'authenticate', payload: { token: 'secret' } },
    ],
    [
      { type: 'typing', conversationId: 'c-1', isTyping: true },
      { type: 'typing', payload: { conversationId: 'c-1' } },
    ],
  ])('%j', (frame, envelope) => {
    expect(encode(frame, extended)).toEqual(envelope);
  });

  it('are not written where metadata cannot be', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;

    expect(encode({ ...send, metadata: cycle }, extended)).toBeNull();
    expect(encode({ ...send, metadata: 1n }, extended)).toBeNull();
  });
});
