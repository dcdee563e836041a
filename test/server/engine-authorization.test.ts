import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import { describe, expect, it } from 'vitest';
import { EngineBench } from './support/engine-bench.js';

/** What only Ada and the assistant know. */
const SECRET = 'the cellar key is under the pot';

type Action = (conversationId: string, streamId: string) => EnvelopeClientFrame;

const actions: Readonly<Record<string, Action>> = {
  join: (conversationId) => ({ type: 'join_conversation', messageId: 'x', payload: { conversationId } }),
  send: (conversationId) => ({ type: 'send_message', messageId: 'x', payload: { conversationId, content: 'hi' } }),
  page: (conversationId) => ({ type: 'load_history', messageId: 'x', payload: { conversationId, limit: 10 } }),
  'mark read': (conversationId, id) => ({
    type: 'mark_read',
    messageId: 'x',
    payload: { conversationId, messageIds: [id] },
  }),
  typing: (conversationId) => ({ type: 'typing', messageId: 'x', payload: { conversationId } }),
  'stop typing': (conversationId) => ({ type: 'stop_typing', messageId: 'x', payload: { conversationId } }),
  cancel: (conversationId, id) => ({
    type: 'cancel_stream',
    messageId: 'x',
    payload: { messageId: conversationId === 'nowhere' ? 'nothing' : id, conversationId },
  }),
};

/** Ada talks with the assistant in a conversation of their own; Mallory is connected. */
function privateTalk(): { bench: EngineBench; streamId: string } {
  const bench = new EngineBench();
  bench.connect('ada');
  bench.connect('mallory');
  const memberIds = ['ada', 'assistant'];
  bench.input({ type: 'conversation-created', conversationId: 'private', memberIds, assistant: 'always' });
  bench.send('ada', 'm1', { conversationId: 'private', content: SECRET });
  const streamId = bench.last('ada', 'message_start').id;
  bench.input({ type: 'answer-extended', streamId, text: SECRET });
  return { bench, streamId };
}

describe('S11 authorisation', () => {
  it.each(Object.entries(actions))(
    'S11 refuses to %s for a stranger as if there were no such place',
    (_name, action) => {
      const { bench, streamId } = privateTalk();

      bench.receive('mallory', action('private', streamId));
      const notYours = bench.last('mallory', 'error');
      bench.receive('mallory', action('nowhere', streamId));
      const notThere = bench.last('mallory', 'error');

      expect(notYours).toMatchObject({ code: 'CONVERSATION_NOT_FOUND', messageId: 'x' });
      expect(notThere).toEqual(notYours);
    },
  );

  it.each(Object.entries(actions))('S11 allows to %s for a member', (_name, action) => {
    const { bench, streamId } = privateTalk();

    bench.receive('ada', action('private', streamId));

    expect(bench.framesOfType('ada', 'error')).toEqual([]);
  });

  it('S11 lets nothing of a conversation reach a stranger, whatever the stranger tries', () => {
    const { bench, streamId } = privateTalk();

    for (const action of Object.values(actions)) {
      bench.receive('mallory', action('private', streamId));
      bench.send('ada', `m${bench.effects.length}`, { conversationId: 'private', content: SECRET });
    }
    bench.input({ type: 'answer-ended', streamId, status: 'done' });

    const heard = bench.framesOf('mallory').filter((frame) => frame.type !== 'error' && frame.type !== 'connected');
    expect(heard).toEqual([]);
    expect(JSON.stringify(bench.framesOf('mallory'))).not.toContain('cellar');
    expect(bench.last('mallory', 'connected').conversations).toEqual({});
  });

  it('lets two people find the same conversation of their own, and no third', () => {
    const bench = new EngineBench();
    for (const connectionId of ['ada', 'bob', 'mallory']) bench.connect(connectionId);
    const toEachOther = (receiverId: string, messageId: string): EnvelopeClientFrame => ({
      type: 'send_message',
      messageId,
      payload: { receiverId, content: messageId },
    });

    bench.receive('ada', toEachOther('bob', 'm1'));
    bench.receive('bob', toEachOther('ada', 'm2'));
    bench.receive('ada', toEachOther('nobody', 'm3'));
    bench.receive('ada', toEachOther('ada', 'm4'));

    const heard = bench.framesOfType('bob', 'new_message').map((frame) => frame.payload);
    expect(heard.map((payload) => payload.seq)).toEqual([1, 2]);
    expect(new Set(heard.map((payload) => payload.conversationId)).size).toBe(1);
    expect(bench.framesOfType('mallory', 'new_message')).toEqual([]);
    expect(bench.framesOfType('ada', 'error').map((frame) => frame.payload.messageId)).toEqual(['m3', 'm4']);
  });

  it('makes whoever joins an open room a member, for good', () => {
    const bench = new EngineBench();
    bench.connect('ada');
    bench.connect('bob');
    bench.join('bob');
    bench.disconnect('bob');
    bench.connect('bob again', 'bob');

    bench.send('ada', 'm1');

    expect(bench.last('bob again', 'connected').conversations).toHaveProperty('lobby');
    expect(bench.framesOfType('bob again', 'new_message')).toHaveLength(1);
  });
});
