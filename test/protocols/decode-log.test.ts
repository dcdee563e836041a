import { describe, expect, it } from 'vitest';
import type { InboundFrame } from '../../src/core/frame.js';
import { decode } from '../../src/protocols/envelope/decode.js';

const message = {
  id: 'm-1',
  conversationId: 'c-1',
  senderId: 'u-1',
  content: 'hi',
  timestamp: '2026-01-02T03:04:05.678Z',
};

function decodeFrame(type: string, payload: unknown): InboundFrame | null {
  const result = decode(JSON.stringify({ type, payload }));
  return result.ok ? (result.frames[0] ?? null) : null;
}

describe('a change to a message', () => {
  it('keeps the place of the message apart from its own', () => {
    const changed = { ...message, seq: 4, changedSeq: 9, content: 'better' };

    const frame = decodeFrame('message_updated', { conversationId: 'c-1', epoch: 'e-1', seq: 9, message: changed });

    expect(frame).toMatchObject({
      type: 'message-updated',
      epoch: 'e-1',
      seq: 9,
      message: { id: 'm-1', seq: 4, changedSeq: 9, content: 'better' },
    });
  });

  it('is refused where it names two conversations', () => {
    const text = JSON.stringify({ type: 'message_updated', payload: { conversationId: 'c-2', message } });

    expect(decode(text)).toEqual({ ok: false, reason: 'invalid-shape' });
  });
});

describe('a range', () => {
  const place = { conversationId: 'c-1', epoch: 'e-1' };
  const events = [
    { type: 'new_message', payload: { ...place, seq: 4, message } },
    { type: 'message_updated', payload: { ...place, seq: 5, message: { ...message, content: 'better' } } },
    { type: 'messages_read', payload: { ...place, seq: 6, messageIds: ['m-1'], readBy: 'u-2' } },
    { type: 'message_deleted', payload: { ...place, seq: 7, id: 'm-1' } },
  ];

  it('gives its events as they came live', () => {
    const frame = decodeFrame('range', { ...place, events, complete: true });

    const live = events.map(({ type, payload }) => decodeFrame(type, payload));
    expect(frame).toEqual({ type: 'range', ...place, isComplete: true, events: live });
    expect(live.map((each) => each?.type)).toEqual(['message', 'message-updated', 'read', 'message-deleted']);
  });

  it('leaves out events of another conversation', () => {
    const strange = { type: 'message_deleted', payload: { conversationId: 'c-2', id: 'm-1', seq: 5 } };
    const torn = { type: 'new_message', payload: { ...place, message: { ...message, conversationId: 'c-2' } } };

    const frame = decodeFrame('range', { conversationId: 'c-1', events: [strange, torn], complete: false });

    expect(frame).toEqual({ type: 'range', conversationId: 'c-1', epoch: null, events: [], isComplete: false });
  });

  it.each([
    ['an event without a place in a log', { type: 'user_typing', payload: { conversationId: 'c-1', userId: 'u-2' } }],
    ['an event of the wrong shape', { type: 'new_message', payload: { conversationId: 'c-1' } }],
    ['no event', null],
  ])('is refused with %s in it', (_what, event) => {
    const text = JSON.stringify({ type: 'range', payload: { conversationId: 'c-1', events: [event], complete: true } });

    expect(decode(text)).toEqual({ ok: false, reason: 'invalid-shape' });
  });
});
