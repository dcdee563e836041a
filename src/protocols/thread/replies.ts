/** Answers that come whole, each shown once: a server may send one again, or answer again with the same words. */

import type { WireMessage } from '../../core/frame.js';
import { RecentMap } from '../../core/inbox/recent-map.js';
import type { ServerFrame } from './schema.js';

const REMEMBERED_MAX = 2_000;

export type ReplyFrame = Extract<ServerFrame, { readonly event: 'assistant_message' }>;

export interface Reply {
  /** Under this id it is shown. */
  readonly id: string;
  /** What the server is told has arrived; null where it gave no id. */
  readonly ackId: string | null;
  readonly inReplyTo: string | null;
  /** It is shown already. */
  readonly isRepeat: boolean;
}

export class Replies {
  readonly #shown = new RecentMap<string>(REMEMBERED_MAX);
  #count = 0;

  read({ payload, meta, sequence }: ReplyFrame): Reply {
    const ackId = meta?.queued_message_id ?? null;
    const inReplyTo = meta?.in_reply_to ?? null;
    const keys = [
      ...(ackId === null ? [] : [JSON.stringify(['id', ackId])]),
      ...(inReplyTo === null ? [] : [JSON.stringify(['words', inReplyTo, payload.text])]),
      ...(ackId === null && sequence !== undefined ? [JSON.stringify(['place', sequence])] : []),
    ];
    const shownId = keys.map((key) => this.#shown.get(key)).find((id) => id !== undefined);
    const id = shownId ?? ackId ?? this.#makeId();
    for (const key of keys) this.#shown.set(key, id);
    return { id, ackId, inReplyTo, isRepeat: shownId !== undefined };
  }

  #makeId(): string {
    this.#count += 1;
    return `reply-${this.#count}`;
  }
}

export function toMessage(
  { payload }: ReplyFrame,
  { id, inReplyTo }: Reply,
  place: { readonly conversationId: string; readonly seq: number | null; readonly nowMs: number },
): WireMessage {
  const { text, rich = null, agent = null } = payload;
  return {
    id,
    clientMessageId: null,
    conversationId: place.conversationId,
    senderId: 'assistant',
    senderRole: 'assistant',
    content: text,
    createdAtMs: place.nowMs,
    seq: place.seq,
    inReplyTo,
    streaming: false,
    changedSeq: null,
    deleted: false,
    isRead: false,
    metadata: rich === null && agent === null ? null : { rich, agent },
  };
}
