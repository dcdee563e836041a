import { describe, expect, it } from 'vitest';
import type { InboundFrame, RefusalVerdict } from '../../src/core/frame.js';
import { decode } from '../../src/protocols/envelope/decode.js';

const message = {
  id: 'm-1',
  conversationId: 'c-1',
  senderId: 'u-1',
  content: 'hi',
  timestamp: '2026-01-02T03:04:05.678Z',
};
const timestamp = 1_795_210_479_463;

function decodeFrame(type: string, payload: unknown, envelope: object = {}): InboundFrame | null {
  const result = decode(JSON.stringify({ type, payload, ...envelope }));
  return result.ok ? (result.frames[0] ?? null) : null;
}

/** When a message with this `timestamp` says it was made. */
function createdAtMs(text: string, envelope: object = {}): number | null {
  const payload = { conversationId: 'c-1', message: { ...message, timestamp: text } };
  const frame = decodeFrame('new_message', payload, envelope);
  return frame?.type === 'message' ? frame.message.createdAtMs : null;
}

describe('the hello', () => {
  const announced = {
    userId: 'u-1',
    sessionId: 's-1',
    expiresInMs: 900_000,
    deduplicates: true,
    dedupWindowMs: 172_800_000,
    producerOrder: true,
    limits: { contentLengthMax: 4_000, messagesPerSecond: 20 },
    heartbeat: { intervalMs: 20_000 },
    conversations: { 'c-1': { epoch: 'e-1', latestSeq: 3 } },
    batch: true,
  };

  it('carries the terms of a server that speaks chatsocket.v1', () => {
    const frame = decodeFrame('connected', { ...announced, protocol: 'chatsocket.v1' });

    expect(frame).toEqual({
      type: 'hello',
      userId: 'u-1',
      sessionId: 's-1',
      expiresInMs: 900_000,
      terms: {
        extended: true,
        deduplicates: true,
        producerOrder: true,
        dedupWindowMs: 172_800_000,
        sequence: true,
        ranges: true,
        inBandToken: true,
        batch: true,
        contentLengthMax: 4_000,
        messagesPerSecond: 20,
        heartbeatIntervalMs: 20_000,
      },
    });
  });

  it.each([
    ['nothing else', { userId: 'u-1' }],
    ['terms without the extension that they belong to', announced],
    ['another extension', { ...announced, protocol: 'chatsocket.v2' }],
  ])('promises nothing beyond the base with %s', (_, payload) => {
    const frame = decodeFrame('connected', payload);

    expect(frame).toEqual({
      type: 'hello',
      userId: 'u-1',
      sessionId: null,
      expiresInMs: null,
      terms: {
        extended: false,
        deduplicates: false,
        producerOrder: false,
        dedupWindowMs: null,
        sequence: false,
        ranges: false,
        inBandToken: false,
        batch: false,
        contentLengthMax: null,
        messagesPerSecond: null,
        heartbeatIntervalMs: null,
      },
    });
  });

  it('takes a limit of 0 as none, for it would stop the client for ever', () => {
    const zero = { limits: { contentLengthMax: 0, messagesPerSecond: 0 }, heartbeat: { intervalMs: 0 } };

    const frame = decodeFrame('connected', { userId: 'u-1', protocol: 'chatsocket.v1', ...zero });

    expect(frame?.type === 'hello' && frame.terms).toMatchObject({
      contentLengthMax: null,
      messagesPerSecond: null,
      heartbeatIntervalMs: null,
    });
  });
});

describe('messages', () => {
  it('carry every field of chatsocket.v1', () => {
    const full = {
      ...message,
      clientMessageId: 'own-1',
      seq: 4,
      role: 'assistant',
      inReplyTo: 'm-0',
      streaming: true,
      changedSeq: 7,
      deleted: true,
      read: true,
      metadata: { topic: 'roof' },
    };

    const frame = decodeFrame('new_message', { conversationId: 'c-1', epoch: 'e-1', message: full });

    expect(frame).toEqual({
      type: 'message',
      conversationId: 'c-1',
      epoch: 'e-1',
      message: {
        id: 'm-1',
        clientMessageId: 'own-1',
        conversationId: 'c-1',
        senderId: 'u-1',
        senderRole: 'assistant',
        content: 'hi',
        createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
        seq: 4,
        inReplyTo: 'm-0',
        streaming: true,
        changedSeq: 7,
        deleted: true,
        isRead: true,
        metadata: { topic: 'roof' },
      },
    });
  });

  it('take the seq of the event over their own', () => {
    const frame = decodeFrame('new_message', { conversationId: 'c-1', seq: 9, message: { ...message, seq: 4 } });

    expect(frame?.type === 'message' && frame.message.seq).toBe(9);
  });

  it('are refused where they name another conversation than their event', () => {
    const text = JSON.stringify({ type: 'new_message', payload: { conversationId: 'c-2', message } });

    expect(decode(text)).toEqual({ ok: false, reason: 'invalid-shape' });
  });

  it.each(['conversation_history', 'history_page'])('of another conversation are left out of a %s', (type) => {
    const messages = [message, { ...message, id: 'm-2', conversationId: 'c-2' }];

    const frame = decodeFrame(type, { conversationId: 'c-1', messages, hasOlder: true });

    expect(frame).toMatchObject({ conversationId: 'c-1', hasOlder: true, messages: [{ id: 'm-1' }] });
    expect(frame).toHaveProperty('messages.length', 1);
  });

  it.each([
    ['2026-01-02T03:04:05.678Z', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
    ['2026-01-02T03:04:05.678901+02:00', Date.UTC(2026, 0, 2, 1, 4, 5, 678)],
    ['2026-01-02T03:04', Date.UTC(2026, 0, 2, 3, 4)],
    ['2026-01-02T03:04:05.678', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
  ])('of %s were made at %i', (text, expectedMs) => {
    expect(createdAtMs(text)).toBe(expectedMs);
  });

  it.each(['', 'yesterday', 'May 5', '5', '2026-13-45T99:99:99Z', '2026-01-02', `${'9'.repeat(10_000)}`])(
    'of the unreadable time %s take that of the envelope, or 0',
    (text) => {
      expect(createdAtMs(text, { timestamp })).toBe(timestamp);
      expect(createdAtMs(text)).toBe(0);
      expect(createdAtMs(text, { timestamp: 8.64e15 + 1 })).toBe(0);
    },
  );
});

describe('the other frames', () => {
  it.each([
    [
      'conversation_history',
      { conversationId: 'c-1', messages: [], epoch: 'e-1', latestSeq: 0, recovered: 'partial', hasOlder: true },
      {
        type: 'joined',
        conversationId: 'c-1',
        messages: [],
        epoch: 'e-1',
        latestSeq: 0,
        recovered: 'partial',
        hasOlder: true,
      },
    ],
    [
      'conversation_history',
      { conversationId: 'c-1', messages: [] },
      {
        type: 'joined',
        conversationId: 'c-1',
        messages: [],
        epoch: null,
        latestSeq: null,
        recovered: null,
        hasOlder: false,
      },
    ],
    ['ack', { messageId: 'own-1' }, { type: 'ack', clientMessageId: 'own-1', id: null, seq: null, duplicate: false }],
    [
      'ack',
      { messageId: 'own-1', id: 'm-1', seq: 4, duplicate: true },
      { type: 'ack', clientMessageId: 'own-1', id: 'm-1', seq: 4, duplicate: true },
    ],
    [
      'user_typing',
      { conversationId: 'c-1', userId: 'u-2' },
      { type: 'typing', conversationId: 'c-1', userId: 'u-2', isTyping: true },
    ],
    [
      'user_stop_typing',
      { conversationId: 'c-1', userId: 'u-2' },
      { type: 'typing', conversationId: 'c-1', userId: 'u-2', isTyping: false },
    ],
    [
      'messages_read',
      { conversationId: 'c-1', messageIds: ['m-1'], readBy: 'u-2', epoch: 'e-1', seq: 5 },
      { type: 'read', conversationId: 'c-1', epoch: 'e-1', messageIds: ['m-1'], readBy: 'u-2', seq: 5 },
    ],
    [
      'message_start',
      { conversationId: 'c-1', id: 'm-2', epoch: 'e-1', seq: 6, senderId: 'bot', inReplyTo: null },
      {
        type: 'stream-start',
        conversationId: 'c-1',
        id: 'm-2',
        epoch: 'e-1',
        seq: 6,
        senderId: 'bot',
        inReplyTo: null,
        createdAtMs: timestamp,
      },
    ],
    ['message_delta', { id: 'm-2', offset: 0, text: 'a' }, { type: 'stream-delta', id: 'm-2', offset: 0, text: 'a' }],
    [
      'message_end',
      { id: 'm-2', length: 1, status: 'stopped' },
      { type: 'stream-end', id: 'm-2', length: 1, status: 'stopped' },
    ],
    ['message_snapshot', { id: 'm-2', text: 'ab' }, { type: 'stream-snapshot', id: 'm-2', text: 'ab' }],
    ['pong', undefined, { type: 'pong', latest: null }],
    ['pong', null, { type: 'pong', latest: null }],
    ['pong', { latest: { 'c-1': 4 } }, { type: 'pong', latest: new Map([['c-1', 4]]) }],
    ['token_expiring_soon', { expiresInMs: 60_000 }, { type: 'token-expiring', expiresInMs: 60_000 }],
    ['authenticated', {}, { type: 'token-renewed', expiresInMs: null }],
    ['authenticated', { expiresInMs: 900_000 }, { type: 'token-renewed', expiresInMs: 900_000 }],
    ['server_restarting', { retryAfterMs: 500 }, { type: 'server-restarting', retryAfterMs: 500 }],
    [
      'message_deleted',
      { conversationId: 'c-1', id: 'm-1', epoch: 'e-1', seq: 8 },
      { type: 'message-deleted', conversationId: 'c-1', epoch: 'e-1', seq: 8, id: 'm-1' },
    ],
    [
      'message_deleted',
      { conversationId: 'c-1', id: 'm-1' },
      { type: 'message-deleted', conversationId: 'c-1', epoch: null, seq: null, id: 'm-1' },
    ],
    ['of_the_future', {}, { type: 'unknown', name: 'of_the_future' }],
  ])('%s with %j', (type, payload, expected) => {
    expect(decodeFrame(type, payload, { timestamp })).toEqual(expected);
  });

  it.each<[string, RefusalVerdict]>([
    ['NO_TOKEN', 'token'],
    ['INVALID_TOKEN', 'token'],
    ['USER_NOT_FOUND', 'token'],
    ['RATE_LIMIT', 'pause'],
    ['FETCH_ERROR', 'retry'],
    ['SEND_ERROR', 'retry'],
    ['INTERNAL_ERROR', 'retry'],
    ['OUT_OF_ORDER', 'retry'],
    ['VALIDATION_ERROR', 'final'],
    ['JOB_NOT_FOUND', 'final'],
    ['ID_CONFLICT', 'final'],
    ['FORBIDDEN', 'final'],
    ['PARSE_ERROR', 'final'],
    ['UNKNOWN_TYPE', 'final'],
    ['TOO_MANY', 'final'],
    ['constructor', 'final'],
    ['', 'final'],
  ])('a refusal with the code %s is %s', (code, verdict) => {
    const frame = decodeFrame('error', { code, message: 'no' });

    expect(frame).toEqual({ type: 'refused', code, reason: 'no', verdict, clientMessageId: null, retryAfterMs: null });
  });

  it('a refusal names the frame at fault by the payload, else by the envelope', () => {
    const error = { code: 'RATE_LIMIT', message: 'slow down', retryAfterMs: 250 };

    const byPayload = decodeFrame('error', { ...error, messageId: 'own-1' }, { messageId: 'own-2' });
    const byEnvelope = decodeFrame('error', error, { messageId: 'own-2' });

    expect(byPayload).toMatchObject({ clientMessageId: 'own-1', retryAfterMs: 250 });
    expect(byEnvelope).toMatchObject({ clientMessageId: 'own-2', retryAfterMs: 250 });
  });

  it('USER_NOT_FOUND about one message means its receiver, not the token', () => {
    const frame = decodeFrame('error', { code: 'USER_NOT_FOUND', message: 'User not found' }, { messageId: 'own-1' });

    expect(frame).toMatchObject({ verdict: 'final', clientMessageId: 'own-1' });
  });

  it('a refusal of any length is cut', () => {
    const frame = decodeFrame('error', { code: 'X'.repeat(10_000), message: 'y'.repeat(100_000) });

    expect(frame).toMatchObject({ code: 'X'.repeat(64), reason: 'y'.repeat(500) });
  });
});

describe('batches', () => {
  const ack = { type: 'ack', payload: { messageId: 'own-1' } };

  it('decode in their order', () => {
    const result = decode(JSON.stringify([ack, { type: 'pong' }]));

    expect(result).toMatchObject({ ok: true, frames: [{ type: 'ack' }, { type: 'pong' }] });
  });

  it('lose nothing but the bad envelope, which shows in its place', () => {
    const result = decode(JSON.stringify([ack, { type: 'ack', payload: {} }, null, [ack], { type: 'pong' }]));

    const bad = { type: 'unknown', name: 'invalid-shape' };
    expect(result).toMatchObject({ ok: true, frames: [{ type: 'ack' }, bad, bad, bad, { type: 'pong' }] });
  });

  it.each([
    ['[]', 'empty'],
    ['[{}]', 'invalid-shape'],
    ['[null,1,[]]', 'invalid-shape'],
  ])('%s is a fault: %s', (text, reason) => {
    expect(decode(text)).toEqual({ ok: false, reason });
  });
});
