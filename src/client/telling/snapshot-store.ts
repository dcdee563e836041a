import type { Outbox } from '../../core/outbox/outbox.js';
import type { ChatSnapshot } from '../chat-snapshot.js';
import type { ConversationState } from '../receiving/conversation-state.js';
import { checkListener } from './listeners.js';

/** The parts of a snapshot that all conversations share. */
export interface SharedView {
  readonly connection: ChatSnapshot['connection'];
  readonly outbox: Outbox;
  readonly failedCount: number;
}

/** The immutable view of one conversation: the same reference until it is refreshed with something new. */
export class SnapshotStore {
  readonly #listeners = new Set<() => void>();
  #snapshot: ChatSnapshot;

  constructor(shared: SharedView, conversation: ConversationState | null) {
    this.#snapshot = build(shared, conversation);
  }

  get snapshot(): ChatSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    checkListener('changes', listener);
    // A function of its own, so that the same listener given twice is two subscriptions.
    const entry = () => {
      if (this.#listeners.has(entry)) return listener();
    };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  get listeners(): readonly (() => void)[] {
    return [...this.#listeners];
  }

  /** True if the view changed. */
  refresh(shared: SharedView, conversation: ConversationState | null): boolean {
    const next = build(shared, conversation);
    if (isSame(this.#snapshot, next)) return false;
    const { outbox } = this.#snapshot;
    this.#snapshot = isSameOutbox(outbox, next.outbox) ? Object.freeze({ ...next, outbox }) : next;
    return true;
  }
}

function build({ connection, outbox, failedCount }: SharedView, conversation: ConversationState | null): ChatSnapshot {
  return Object.freeze({
    connection,
    messages: conversation?.messages ?? NOTHING,
    typing: conversation?.typing ?? NOTHING,
    outbox: Object.freeze({ queued: outbox.queuedCount, inFlight: outbox.inFlightCount, failed: failedCount }),
    hasOlder: conversation?.inbox.hasOlder ?? false,
    isResponding: conversation?.isResponding ?? false,
  });
}

const NOTHING: readonly never[] = /* @__PURE__ */ Object.freeze([]);

function isSame(a: ChatSnapshot, b: ChatSnapshot): boolean {
  return (
    a.connection === b.connection &&
    a.messages === b.messages &&
    a.typing === b.typing &&
    isSameOutbox(a.outbox, b.outbox) &&
    a.hasOlder === b.hasOlder &&
    a.isResponding === b.isResponding
  );
}

function isSameOutbox(a: ChatSnapshot['outbox'], b: ChatSnapshot['outbox']): boolean {
  return a.queued === b.queued && a.inFlight === b.inFlight && a.failed === b.failed;
}
