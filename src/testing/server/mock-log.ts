/** One entry of a mock server's log of a conversation. */
export interface MockLogEntry {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  /** The sender's own id of the message; null for what `emit` and `stream` made. */
  readonly clientMessageId: string | null;
  readonly senderId: string;
  readonly role: 'assistant' | 'system' | null;
  readonly content: string;
  readonly createdAtMs: number;
  readonly inReplyTo: string | null;
  /** An answer that is still being written. */
  readonly isStreaming: boolean;
  readonly metadata: unknown;
}

export type MockLogDraft = Omit<MockLogEntry, 'id' | 'seq' | 'conversationId'>;

/** How far a join caught up: the messages to hand over, and what to call it. */
export interface CatchUp {
  readonly entries: readonly MockLogEntry[];
  readonly recovered: 'full' | 'partial' | 'none';
  readonly hasOlder: boolean;
}

/** A conversation as a server keeps it: numbered 1, 2, 3 … within an epoch. */
export class MockLog {
  readonly #conversationId: string;
  #epochCount = 1;
  #latestSeq = 0;
  #entries: MockLogEntry[] = [];

  constructor(conversationId: string) {
    this.#conversationId = conversationId;
  }

  get epoch(): string {
    return `epoch-${this.#epochCount}`;
  }

  get latestSeq(): number {
    return this.#latestSeq;
  }

  get entries(): readonly MockLogEntry[] {
    return this.#entries;
  }

  append(draft: MockLogDraft): MockLogEntry {
    const seq = this.skip(1);
    const entry = {
      ...draft,
      conversationId: this.#conversationId,
      seq,
      id: `${this.#conversationId}/${this.epoch}/${seq}`,
    };
    this.#entries.push(entry);
    return entry;
  }

  /** Uses up numbers without a message behind them; the last of them. */
  skip(count: number): number {
    this.#latestSeq += count;
    return this.#latestSeq;
  }

  /** Puts other content into an entry; what it was is gone. */
  change(id: string, change: Partial<Pick<MockLogEntry, 'content' | 'isStreaming'>>): void {
    this.#entries = this.#entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  }

  findByClientMessageId(clientMessageId: string, senderId: string): MockLogEntry | null {
    const isIt = (entry: MockLogEntry) => entry.clientMessageId === clientMessageId && entry.senderId === senderId;
    return this.#entries.find(isIt) ?? null;
  }

  /** The newest `limit` of what a client that stands at `after` has not seen. */
  catchUp(after: { readonly epoch: string; readonly seq: number } | null, limit: number): CatchUp {
    const isKnown = after !== null && after.epoch === this.epoch && after.seq <= this.#latestSeq;
    const unseen = isKnown ? this.#entries.filter(({ seq }) => seq > after.seq) : this.#entries;
    const entries = unseen.slice(-limit);
    const firstSeq = entries[0]?.seq ?? Number.POSITIVE_INFINITY;
    const hasOlder = this.#entries.some(({ seq }) => seq < firstSeq);
    if (!isKnown) return { entries, recovered: 'none', hasOlder };
    return { entries, recovered: entries.length === unseen.length ? 'full' : 'partial', hasOlder };
  }

  /** The `limit` newest messages before a number; null is the end. */
  page(
    before: number | null,
    limit: number,
  ): { readonly entries: readonly MockLogEntry[]; readonly hasOlder: boolean } {
    const older = this.#entries.filter(({ seq }) => before === null || seq < before);
    return { entries: older.slice(-limit), hasOlder: older.length > limit };
  }

  /** The log is lost: the next one starts empty, at 1. */
  startNewEpoch(): void {
    this.#epochCount += 1;
    this.#latestSeq = 0;
    this.#entries = [];
  }
}
