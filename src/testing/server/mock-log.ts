/** One message of a mock server's log of a conversation, as it is now. */
export interface MockLogEntry {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  /** The sender's own id of the message; null for what `emit` and `stream` made. */
  readonly clientMessageId: string | null;
  readonly senderId: string;
  readonly role: 'assistant' | 'system' | null;
  /** Empty once it is deleted. */
  readonly content: string;
  readonly createdAtMs: number;
  readonly inReplyTo: string | null;
  /** An answer that is still being written. */
  readonly isStreaming: boolean;
  /** The place of its last change in the log; null if it was never changed. */
  readonly changedSeq: number | null;
  readonly isDeleted: boolean;
  readonly isRead: boolean;
  readonly metadata: unknown;
}

export type MockLogDraft = Omit<MockLogEntry, 'id' | 'seq' | 'conversationId' | 'changedSeq' | 'isDeleted' | 'isRead'>;

/** What stands at a place of the log. */
export type MockLogEvent =
  | { readonly type: 'message' | 'updated' | 'deleted'; readonly seq: number; readonly id: string }
  | { readonly type: 'read'; readonly seq: number; readonly ids: readonly string[]; readonly readBy: string };

/** How far a join caught up: the messages to hand over, and what to call it. */
export interface CatchUp {
  readonly entries: readonly MockLogEntry[];
  readonly recovered: 'full' | 'partial' | 'none';
  readonly hasOlder: boolean;
}

/** A stretch of the log, without holes; `isComplete` if it begins where it was asked to. */
export interface MockRange {
  readonly events: readonly MockLogEvent[];
  readonly isComplete: boolean;
}

/** A conversation as a server keeps it: numbered 1, 2, 3 … within an epoch. */
export class MockLog {
  readonly conversationId: string;
  #epochCount = 1;
  #latestSeq = 0;
  /** What is older was cut off. */
  #firstSeq = 1;
  readonly #entries = new Map<string, MockLogEntry>();
  #events: MockLogEvent[] = [];

  constructor(conversationId: string) {
    this.conversationId = conversationId;
  }

  get epoch(): string {
    return `epoch-${this.#epochCount}`;
  }

  get latestSeq(): number {
    return this.#latestSeq;
  }

  get entries(): readonly MockLogEntry[] {
    return [...this.#entries.values()];
  }

  find(id: string): MockLogEntry | null {
    return this.#entries.get(id) ?? null;
  }

  append(draft: MockLogDraft): MockLogEntry {
    const seq = this.skip(1);
    const entry = {
      ...draft,
      conversationId: this.conversationId,
      seq,
      id: `${this.conversationId}/${this.epoch}/${seq}`,
      changedSeq: null,
      isDeleted: false,
      isRead: false,
    };
    this.#entries.set(entry.id, entry);
    this.#events.push({ type: 'message', seq, id: entry.id });
    return entry;
  }

  /** Uses up numbers without a message behind them; the last of them. */
  skip(count: number): number {
    this.#latestSeq += count;
    return this.#latestSeq;
  }

  /** Puts other content into an answer that is being written; what it was is gone. */
  change(id: string, change: Partial<Pick<MockLogEntry, 'content' | 'isStreaming'>>): void {
    this.#revise([id], change);
  }

  edit(id: string, content: string): MockLogEvent {
    return this.#record({ type: 'updated', seq: this.skip(1), id }, [id], { content });
  }

  delete(id: string): MockLogEvent {
    const change = { content: '', metadata: undefined, isStreaming: false, isDeleted: true };
    return this.#record({ type: 'deleted', seq: this.skip(1), id }, [id], change);
  }

  read(ids: readonly string[], readBy: string): MockLogEvent {
    return this.#record({ type: 'read', seq: this.skip(1), ids, readBy }, ids, { isRead: true });
  }

  findByClientMessageId(clientMessageId: string, senderId: string): MockLogEntry | null {
    const isIt = (entry: MockLogEntry) => entry.clientMessageId === clientMessageId && entry.senderId === senderId;
    return this.entries.find(isIt) ?? null;
  }

  /** What a client that stands at `after` has not seen, the newest `limit` of it, and what has changed of the rest. */
  catchUp(after: { readonly epoch: string; readonly seq: number } | null, limit: number): CatchUp {
    const isKnown = after !== null && after.epoch === this.epoch && after.seq <= this.#latestSeq;
    const seqKnown = isKnown ? after.seq : 0;
    const unseen = this.entries.filter(({ seq }) => seq > seqKnown);
    const changed = this.entries.filter(({ seq, changedSeq }) => seq <= seqKnown && (changedSeq ?? 0) > seqKnown);
    const newest = unseen.slice(-limit);
    const firstSeq = newest[0]?.seq ?? Number.POSITIVE_INFINITY;
    const hasOlder = this.entries.some(({ seq }) => seq < firstSeq);
    if (!isKnown) return { entries: newest, recovered: 'none', hasOlder };
    const isWhole = newest.length === unseen.length && seqKnown >= this.#firstSeq - 1;
    return { entries: [...changed, ...newest], recovered: isWhole ? 'full' : 'partial', hasOlder };
  }

  /** The `limit` newest messages before a number; null is the end. */
  page(
    before: number | null,
    limit: number,
  ): { readonly entries: readonly MockLogEntry[]; readonly hasOlder: boolean } {
    const older = this.entries.filter(({ seq }) => before === null || seq < before);
    return { entries: older.slice(-limit), hasOlder: older.length > limit };
  }

  eventsFrom(seq: number): readonly MockLogEvent[] {
    return this.#events.filter((event) => event.seq >= seq);
  }

  /** What stands from one number to another. It ends before the first number that nothing stands at. */
  range(from: number, to: number): MockRange {
    const given = this.#events.filter(({ seq }) => seq >= from && seq <= to);
    const firstSeq = given[0]?.seq ?? null;
    const events = given.filter(({ seq }, index) => seq === (firstSeq ?? 0) + index);
    return { events, isComplete: firstSeq === null ? from > this.#latestSeq : firstSeq === from };
  }

  /** Retention: what stands before a number is gone for good. */
  cutBefore(seq: number): void {
    this.#firstSeq = Math.max(this.#firstSeq, seq);
    for (const entry of this.entries) if (entry.seq < seq) this.#entries.delete(entry.id);
    this.#events = this.#events.filter((event) => event.seq >= seq);
  }

  /** The log is lost: the next one starts empty, at 1. */
  startNewEpoch(): void {
    this.#epochCount += 1;
    this.#latestSeq = 0;
    this.#firstSeq = 1;
    this.#entries.clear();
    this.#events = [];
  }

  #record(event: MockLogEvent, ids: readonly string[], change: Partial<MockLogEntry>): MockLogEvent {
    this.#events.push(event);
    this.#revise(ids, { ...change, changedSeq: event.seq });
    return event;
  }

  #revise(ids: readonly string[], change: Partial<MockLogEntry>): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) this.#entries.set(id, { ...entry, ...change });
    }
  }
}
