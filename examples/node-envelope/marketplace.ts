/** Users, the jobs they talk about, and what they have said. Memory only: the point here is the wire. */

import { randomUUID } from 'node:crypto';

const HISTORY_MAX = 100;

export interface User {
  readonly id: string;
  readonly name: string;
}

export interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly senderId: string;
  readonly senderName: string;
  readonly content: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly read: boolean;
}

export interface Draft {
  readonly sender: User;
  readonly receiverId: string;
  readonly content: string;
  readonly conversationId: string | null;
  readonly jobId: string | null;
  readonly nowMs: number;
}

interface Conversation {
  readonly id: string;
  readonly userIds: readonly string[];
  messages: Message[];
}

export class Marketplace {
  readonly users: ReadonlyMap<string, User>;
  readonly #jobIds: ReadonlySet<string>;
  readonly #conversations = new Map<string, Conversation>();

  constructor(users: readonly User[], jobIds: readonly string[]) {
    this.users = new Map(users.map((user) => [user.id, user]));
    this.#jobIds = new Set(jobIds);
  }

  /** Every message of a conversation, in order. */
  log(conversationId: string): readonly Message[] {
    return this.#conversations.get(conversationId)?.messages ?? [];
  }

  history(conversationId: string, userId: string): readonly Message[] {
    const conversation = this.#conversations.get(conversationId);
    return conversation?.userIds.includes(userId) === true ? conversation.messages.slice(-HISTORY_MAX) : [];
  }

  /** Null for a job that nobody knows. There is no deduplication: the same again is another message. */
  say(draft: Draft): Message | null {
    if (draft.jobId !== null && !this.#jobIds.has(draft.jobId)) return null;
    const conversation = this.#find(draft);
    const message: Message = {
      id: randomUUID(),
      conversationId: conversation.id,
      senderId: draft.sender.id,
      senderName: draft.sender.name,
      content: draft.content,
      timestamp: new Date(draft.nowMs).toISOString(),
      read: false,
    };
    conversation.messages.push(message);
    return message;
  }

  /** The others' messages among these, and who wrote them. */
  markRead(conversationId: string, messageIds: readonly string[], readerId: string): readonly string[] {
    const conversation = this.#conversations.get(conversationId);
    if (conversation === undefined || !conversation.userIds.includes(readerId)) return [];
    const isRead = ({ id, senderId }: Message) => messageIds.includes(id) && senderId !== readerId;
    const senderIds = conversation.messages.filter(isRead).map(({ senderId }) => senderId);
    conversation.messages = conversation.messages.map((one) => (isRead(one) ? { ...one, read: true } : one));
    return [...new Set(senderIds)];
  }

  #find({ sender, receiverId, conversationId, jobId }: Draft): Conversation {
    const userIds = [sender.id, receiverId].sort();
    const id = conversationId ?? jobId ?? userIds.join(':');
    const known = this.#conversations.get(id);
    if (known !== undefined) return known;
    const conversation: Conversation = { id, userIds, messages: [] };
    this.#conversations.set(id, conversation);
    return conversation;
  }
}
