/** Answers that a mock server writes in chunks. */
import { aCount, checkArgument, checkCallOptions } from '../check-given.js';
import type { MockConnection } from '../network/mock-connection.js';
import { aText, oneOf } from '../option-faults.js';
import type { MockLog, MockLogEntry } from './mock-log.js';
import type { ServerState } from './server-state.js';

export type MockStreamEnd = 'done' | 'stopped' | 'failed';

/** An answer in the making. Writing after its end does nothing. */
export interface MockStream {
  readonly id: string;
  /** What has been written. */
  readonly content: string;
  readonly isOver: boolean;
  /** Adds to the answer and sends the chunk; `copies` (default 1) sends it again, 0 loses it. */
  write(text: string, delivery?: { readonly copies?: number }): void;
  /** Ends the answer. Default `done`. */
  end(status?: MockStreamEnd): void;
  /** The server restarted and came back with this text, which may be another one; nobody is told of it. */
  restore(content: string): void;
}

export interface StreamStart {
  readonly conversationId: string;
  readonly senderId: string;
  readonly inReplyTo: string | null;
}

interface ActiveStream extends MockStream {
  readonly log: MockLog;
  readonly status: MockStreamEnd | null;
  resume(connection: MockConnection, offset: number): void;
}

export class MockStreams {
  readonly #state: ServerState;
  readonly #streams = new Map<string, ActiveStream>();

  constructor(state: ServerState) {
    this.#state = state;
  }

  start({ conversationId, senderId, inReplyTo }: StreamStart): MockStream {
    if (this.#state.traits.dialect === 'base') throw new Error('The base dialect has no streams; use chatsocket.v1.');
    const log = this.#state.log(conversationId);
    const createdAtMs = this.#state.nowMs();
    const draft = { clientMessageId: null, senderId, role: 'assistant', content: '', inReplyTo } as const;
    const entry = log.append({ ...draft, createdAtMs, isStreaming: true, metadata: undefined });
    const timestamp = new Date(createdAtMs).toISOString();
    const { id, seq } = entry;
    const payload = { conversationId, id, epoch: log.epoch, seq, senderId, inReplyTo, timestamp };
    this.#state.broadcast(conversationId, { type: 'message_start', payload });
    const stream = new LoggedStream(this.#state, log, entry);
    this.#streams.set(id, stream);
    return stream;
  }

  stop(id: string): void {
    this.#streams.get(id)?.end('stopped');
  }

  /** Tells one connection what it has missed of a stream; a stream of a lost log is not known any more. */
  resume(connection: MockConnection, id: string, offset: number): void {
    const stream = this.#streams.get(id);
    if (stream?.log.entries.some((entry) => entry.id === id)) stream.resume(connection, offset);
  }
}

class LoggedStream implements ActiveStream {
  readonly id: string;
  readonly log: MockLog;
  readonly #state: ServerState;
  readonly #conversationId: string;
  #content = '';
  #status: MockStreamEnd | null = null;

  constructor(state: ServerState, log: MockLog, entry: MockLogEntry) {
    this.id = entry.id;
    this.log = log;
    this.#state = state;
    this.#conversationId = entry.conversationId;
  }

  get content(): string {
    return this.#content;
  }

  get status(): MockStreamEnd | null {
    return this.#status;
  }

  get isOver(): boolean {
    return this.#status !== null;
  }

  write(text: string, delivery: { readonly copies?: number } = {}): void {
    checkArgument('write(text)', text, aText);
    checkCallOptions('write', delivery, { copies: aCount });
    if (this.isOver) return;
    const payload = { id: this.id, offset: this.#content.length, text };
    this.#content += text;
    this.log.change(this.id, { content: this.#content });
    for (let copy = 0; copy < (delivery.copies ?? 1); copy += 1) {
      this.#state.broadcast(this.#conversationId, { type: 'message_delta', payload });
    }
  }

  end(status: MockStreamEnd = 'done'): void {
    checkArgument('end(status)', status, oneOf(['done', 'stopped', 'failed']));
    if (this.isOver) return;
    this.#status = status;
    this.log.change(this.id, { isStreaming: false });
    this.#state.broadcast(this.#conversationId, this.#endFrame(status));
  }

  restore(content: string): void {
    this.#content = content;
    this.log.change(this.id, { content });
  }

  /** The rest; the whole to a client that asks from the start, or has more than there is. */
  resume(connection: MockConnection, offset: number): void {
    const text = this.#content.slice(offset);
    const payload = { id: this.id, text: this.#content };
    if ((offset === 0 && text !== '') || offset > this.#content.length) {
      this.#state.send(connection, { type: 'message_snapshot', payload });
    } else if (text !== '')
      this.#state.send(connection, { type: 'message_delta', payload: { id: this.id, offset, text } });
    if (this.#status !== null) this.#state.send(connection, this.#endFrame(this.#status));
  }

  #endFrame(status: MockStreamEnd) {
    return { type: 'message_end', payload: { id: this.id, length: this.#content.length, status } };
  }
}
