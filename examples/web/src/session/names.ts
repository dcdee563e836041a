/** Who is called what. A name travels with each message, as its metadata, so nobody has to be looked up. */

import type { ChatMessage, Conversation } from 'chatsocket';
import { cleanName, storePerson } from './person.js';

export class Names {
  readonly #userId: string;
  readonly #known = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #own: string;

  constructor(userId: string, own: string) {
    this.#userId = userId;
    this.#own = own;
  }

  readonly own = (): string => this.#own;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Later messages carry the new name; those already said keep theirs. */
  rename(name: string): void {
    this.#own = name;
    storePerson({ userId: this.#userId, name });
    for (const listener of this.#listeners) listener();
  }

  learnFrom(conversation: Conversation): void {
    conversation.on('message-received', ({ message }) => this.#learn(message));
  }

  ofMessage(message: ChatMessage): string {
    if (message.sender.role === 'self') return this.#own;
    return readName(message.metadata) ?? this.ofUser(message.sender.id);
  }

  /** Ids begin with the name that somebody signed in with: “grace-k3v9…” is Grace. */
  ofUser(userId: string | null): string {
    if (userId === null) return 'Someone';
    const slug = userId.replace(/-[a-z0-9]{6,}$/, '').replaceAll('-', ' ');
    return this.#known.get(userId) ?? slug.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  }

  #learn(message: ChatMessage): void {
    const name = readName(message.metadata);
    if (name !== null && message.sender.id !== null) this.#known.set(message.sender.id, name);
  }
}

function readName(metadata: unknown): string | null {
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata)) return null;
  return typeof metadata.name === 'string' ? cleanName(metadata.name) : null;
}
