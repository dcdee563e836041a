import type { World } from '../world/world.js';

export interface NotedMessage {
  readonly conversationId: string;
  readonly seq: number;
  readonly senderId: string;
  readonly content: string;
  /** What its sender called it; null where no client sent it. */
  readonly name: string | null;
}

/** Writes what a family's server stored into the truth that clients are held against. */
export function noteMessage(world: World, { conversationId, seq, senderId, content, name }: NotedMessage): void {
  const { truth } = world.server;
  const { nowMs } = world.timeline;
  const id = String(seq);
  const conversation = {
    id: conversationId,
    epoch: 'family',
    isOpen: true,
    assistant: 'never',
    memberIds: [],
  } as const;
  truth.apply({ type: 'put-conversation', conversation }, nowMs);
  truth.apply(
    {
      type: 'put-entry',
      conversationId,
      entry: {
        kind: 'message',
        seq,
        id,
        senderId,
        senderName: senderId,
        role: null,
        content,
        createdAtMs: nowMs,
        clientMessageId: name,
        inReplyTo: null,
        metadata: null,
        readBy: [],
        stream: null,
        changedSeq: null,
        deleted: false,
      },
    },
    nowMs,
  );
}
