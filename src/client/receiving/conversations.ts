import type { ResolvedOptions } from '../options/resolve-options.js';
import { ConversationState } from './conversation-state.js';

/** The conversations of one client, each made when it is first asked for. */
export class Conversations {
  readonly #options: ResolvedOptions;
  readonly #states = new Map<string, ConversationState>();
  #selfId: string | null = null;
  /** Of all rows that this client ever showed; their keys come from it. */
  #rowCount = 0;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  get selfId(): string | null {
    return this.#selfId;
  }

  get(id: string): ConversationState | null {
    return this.#states.get(id) ?? null;
  }

  /** Not a copy: every ack looks through them. */
  list(): Iterable<ConversationState> {
    return this.#states.values();
  }

  open(id: string): ConversationState {
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    const state = new ConversationState(id, this.#options.inbox, () => this.#makeKey());
    state.inbox.messages.identify(this.#selfId);
    this.#states.set(id, state);
    return state;
  }

  /** The conversation in which an answer grows. */
  findByStream(messageId: string): ConversationState | null {
    for (const state of this.#states.values()) if (state.inbox.streams.has(messageId)) return state;
    return null;
  }

  leave(id: string): void {
    this.#states.delete(id);
  }

  /** The server said who this client is. */
  identify(userId: string | null): void {
    this.#selfId = userId;
    for (const state of this.#states.values()) state.inbox.messages.identify(userId);
  }

  /** Forgets the content of every conversation; which ones there are stays. */
  forget(): void {
    const ids = [...this.#states.keys()];
    this.#selfId = null;
    this.#states.clear();
    for (const id of ids) this.open(id);
  }

  #makeKey(): string {
    this.#rowCount += 1;
    return `row-${this.#rowCount}`;
  }
}
