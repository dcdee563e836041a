/** How many messages came in that nobody has looked at, by conversation. */

import type { ChatSocketClient } from 'chatsocket';

export class UnreadCounts {
  readonly #listeners = new Set<() => void>();
  #counts: ReadonlyMap<string, number> = new Map();
  #watchedId: string | null = null;

  constructor(client: ChatSocketClient) {
    client.on('message-received', ({ conversationId, message }) => {
      if (message.sender.role === 'self' || conversationId === this.#watchedId) return;
      this.#set(conversationId, this.#of(conversationId) + 1);
    });
  }

  readonly snapshot = (): ReadonlyMap<string, number> => this.#counts;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Somebody looks at the end of this conversation until the returned function is called. */
  watch(conversationId: string): () => void {
    this.#watchedId = conversationId;
    if (this.#of(conversationId) > 0) this.#set(conversationId, 0);
    return () => {
      if (this.#watchedId === conversationId) this.#watchedId = null;
    };
  }

  #of(conversationId: string): number {
    return this.#counts.get(conversationId) ?? 0;
  }

  #set(conversationId: string, count: number): void {
    this.#counts = new Map(this.#counts).set(conversationId, count);
    for (const listener of this.#listeners) listener();
  }
}
