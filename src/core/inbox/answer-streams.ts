/** Answers that grow chunk by chunk. A finished one is forgotten here, so no late chunk can reopen it. */

import type { InboundFrame } from '../frame.js';
import type { MessageId, MessageRow, StreamEnd, StreamStatus } from '../message.js';
import type { History } from './history.js';
import type { InboxChange } from './inbox-change.js';
import { placeChunk, wellFormedPrefix } from './stream.js';

type FrameOf<Type extends InboundFrame['type']> = Extract<InboundFrame, { readonly type: Type }>;

const NOTHING: readonly InboxChange[] = [];

interface Growing {
  /** The whole text; rows show its well-formed part. */
  readonly text: string;
  /** The end came before the last chunks, and the server was asked for them once. */
  readonly wasAsked: boolean;
}

export class AnswerStreams {
  readonly #history: History;
  readonly #growing = new Map<MessageId, Growing>();

  constructor(history: History) {
    this.#history = history;
  }

  /** How far each growing answer has come, for the join that takes it up again. */
  offsets(): readonly { readonly messageId: MessageId; readonly offset: number }[] {
    return [...this.#growing].map(([messageId, { text }]) => ({ messageId, offset: text.length }));
  }

  has(id: MessageId): boolean {
    return this.#growing.has(id);
  }

  /** The growing answer that began last; null if there is none. */
  latestId(): MessageId | null {
    return [...this.#growing.keys()].at(-1) ?? null;
  }

  get isResponding(): boolean {
    return [...this.#growing.keys()].some((id) => this.#history.find(id)?.stream === 'streaming');
  }

  begin(id: MessageId, text: string): readonly InboxChange[] {
    this.#growing.set(id, { text, wasAsked: false });
    return [{ type: 'stream-started', id }];
  }

  grow(frame: FrameOf<'stream-delta'>): readonly InboxChange[] {
    const growing = this.#growing.get(frame.id);
    if (growing === undefined) return NOTHING;
    const placed = placeChunk(growing.text.length, frame.offset, frame.text);
    if (placed.type === 'missing') return [{ type: 'rejoin-needed' }];
    if (placed.type === 'known') return NOTHING;
    const text = growing.text + placed.text;
    this.#growing.set(frame.id, { text, wasAsked: false });
    // Only the end can be half a character; looking at the whole text would copy it for every chunk.
    const content = growing.text + wellFormedPrefix(placed.text);
    this.#change(frame.id, { content, stream: 'streaming' });
    return [{ type: 'stream-delta', id: frame.id, offset: placed.offset, text: placed.text }];
  }

  /** The server's whole text so far: more of the same becomes a delta, anything else replaces. */
  replace(id: MessageId, text: string): readonly InboxChange[] {
    const growing = this.#growing.get(id);
    if (growing === undefined) return NOTHING;
    if (text.startsWith(growing.text)) return this.grow({ type: 'stream-delta', id, offset: 0, text });
    this.#growing.set(id, { ...growing, text });
    const row = this.#change(id, { content: wellFormedPrefix(text), stream: 'streaming' });
    return row === null ? NOTHING : [{ type: 'updated', row }];
  }

  /** The end names the whole length; a shorter text is asked for once, and shown as failed if nothing comes of it. */
  end(frame: FrameOf<'stream-end'>): readonly InboxChange[] {
    const growing = this.#growing.get(frame.id);
    if (growing === undefined) return NOTHING;
    const isShort = frame.status === 'done' && frame.length > growing.text.length;
    if (isShort && !growing.wasAsked) {
      this.#growing.set(frame.id, { ...growing, wasAsked: true });
      return [{ type: 'rejoin-needed' }];
    }
    return this.#finish(frame.id, isShort ? 'failed' : frame.status);
  }

  /** The server's row of an answer that was growing when the connection ended. */
  resume(id: MessageId, text: string, isStreaming: boolean): readonly InboxChange[] {
    const changes = this.replace(id, text);
    if (!isStreaming) return [...changes, ...this.#finish(id, 'done')];
    this.#mark(id, 'streaming');
    return changes;
  }

  /** The user has read enough: the text stays, later chunks change nothing. False if it is not growing. */
  stop(id: MessageId): boolean {
    if (!this.#growing.delete(id)) return false;
    this.#mark(id, 'stopped');
    return true;
  }

  /** The connection ended: growing answers stand still until a chunk revives them. */
  stall(): void {
    for (const id of this.#growing.keys()) this.#mark(id, 'stalled');
  }

  clear(): void {
    this.#growing.clear();
  }

  #finish(id: MessageId, status: StreamEnd): readonly InboxChange[] {
    this.#growing.delete(id);
    const row = this.#mark(id, status);
    if (row === null) return NOTHING;
    return [
      { type: 'stream-ended', id, status },
      { type: 'received', row },
    ];
  }

  #mark(id: MessageId, stream: StreamStatus): MessageRow | null {
    return this.#change(id, { stream });
  }

  #change(id: MessageId, facts: Partial<Pick<MessageRow, 'content' | 'stream'>>): MessageRow | null {
    const row = this.#history.find(id);
    if (row === null) return null;
    const changed: MessageRow = { ...row, ...facts };
    this.#history.replace(id, changed);
    return changed;
  }
}
