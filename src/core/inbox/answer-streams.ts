/** Answers that grow chunk by chunk, up to their end. A finished one is forgotten here, so no late chunk can reopen it. */

import type { InboundFrame } from '../frame.js';
import type { MessageFailure, MessageId, MessageRow, StreamEnd } from '../message.js';
import type { History } from './history.js';
import type { InboxChange } from './inbox-change.js';
import { OPEN_STREAMS_MAX, REPAIRS_MAX, STREAM_LENGTH_MAX, UNCONFIRMED_STOPS_MAX } from './stream-limits.js';
import { StreamText, type TextStep } from './stream-text.js';
import { type WaitingRow, WaitingStreams } from './waiting-streams.js';

type FrameOf<Type extends InboundFrame['type']> = Extract<InboundFrame, { readonly type: Type }>;
type End = Pick<FrameOf<'stream-end'>, 'length' | 'status'>;

const NOTHING: readonly InboxChange[] = [];
const ASK: InboxChange = { type: 'rejoin-needed' };

const TOO_LONG: MessageFailure = {
  code: 'protocol/answer-too-long',
  reason: `The answer is longer than ${STREAM_LENGTH_MAX} UTF-16 code units; the rest of it is not kept.`,
};

interface Growing {
  readonly id: MessageId;
  readonly text: StreamText;
  /** `silent`: nothing came for long. `cut`: the connection is gone. */
  state: 'streaming' | 'silent' | 'cut';
  /** The server's word that it is over, while the text is not that long. */
  end: End | null;
  /** Chunks from beyond the text since it last grew. */
  missed: number;
  /** How often the server was asked again because it contradicted itself. */
  repairs: number;
}

export class AnswerStreams {
  readonly #history: History;
  readonly #growing = new Map<MessageId, Growing>();
  readonly #waiting = new WaitingStreams();
  /** Stopped by the user and not yet known to be over, with the place where they were stopped. */
  readonly #stopped = new Map<MessageId, number>();

  constructor(history: History) {
    this.#history = history;
  }

  /** How far each answer has come, for the join that takes it up again; stopped ones for the server's word on them. */
  offsets(): readonly { readonly messageId: MessageId; readonly offset: number }[] {
    const growing = [...this.#growing].map(([messageId, { text }]) => ({ messageId, offset: text.length }));
    return [...growing, ...[...this.#stopped].map(([messageId, offset]) => ({ messageId, offset }))];
  }

  /** True for an answer of which the server's word is still awaited, also after it was stopped here. */
  has(id: MessageId): boolean {
    return this.#growing.has(id) || this.#stopped.has(id);
  }

  /** The growing answer that began last; null if there is none. */
  latestId(): MessageId | null {
    let latestId: MessageId | null = null;
    for (const id of this.#growing.keys()) latestId = id;
    return latestId;
  }

  get isResponding(): boolean {
    for (const { state } of this.#growing.values()) if (state === 'streaming') return true;
    return false;
  }

  /** Those from which chunks are expected. */
  streamingIds(): readonly MessageId[] {
    return [...this.#growing.values()].flatMap(({ id, state }) => (state === 'streaming' ? [id] : []));
  }

  /** The server is to be told of these, on every connection until it says that they are over. */
  unconfirmedStops(): readonly MessageId[] {
    return [...this.#stopped.keys()];
  }

  /** False where as many grow as may; the next one waits then. */
  get hasRoom(): boolean {
    return this.#growing.size < OPEN_STREAMS_MAX;
  }

  isWaiting(id: MessageId): boolean {
    return this.#waiting.has(id);
  }

  /** The row of an answer is shown; it has this text so far. */
  begin(id: MessageId, text: string): readonly InboxChange[] {
    const growing: Growing = { id, text: new StreamText(), state: 'streaming', end: null, missed: 0, repairs: 0 };
    this.#growing.set(id, growing);
    const started: InboxChange = { type: 'stream-started', id };
    return text === '' ? [started] : [started, ...this.#take(growing, growing.text.replace(text))];
  }

  /** An answer for which there is no room is not shown before another one ends; a silent one gives way at once. */
  postpone(row: WaitingRow): readonly InboxChange[] {
    const changes: InboxChange[] = [{ type: 'stream-postponed', id: row.id }];
    const givenUp = this.#waiting.add(row);
    if (givenUp !== null && givenUp.seq !== null) {
      changes.push({ type: 'gap-lost', fromSeq: givenUp.seq, toSeq: givenUp.seq });
    }
    return [...changes, ...this.#giveWay()];
  }

  grow(frame: FrameOf<'stream-delta'>): readonly InboxChange[] {
    const growing = this.#growing.get(frame.id);
    return growing === undefined ? NOTHING : this.#take(growing, growing.text.grow(frame));
  }

  /** The server's whole text so far: more of the same becomes a delta, anything else replaces. */
  replace(id: MessageId, text: string): readonly InboxChange[] {
    const growing = this.#growing.get(id);
    return growing === undefined ? NOTHING : this.#take(growing, growing.text.replace(text));
  }

  /** The end names the whole length; another length is asked about, and shown as failed if nothing comes of it. */
  end({ id, length, status }: FrameOf<'stream-end'>): readonly InboxChange[] {
    this.#stopped.delete(id);
    const growing = this.#growing.get(id);
    if (growing === undefined) return NOTHING;
    growing.end = { length, status };
    return this.#checkEnd(growing);
  }

  /** The server's row of an answer that was growing when the connection ended. */
  resume(id: MessageId, text: string, isStreaming: boolean): readonly InboxChange[] {
    if (!isStreaming) this.#stopped.delete(id);
    const growing = this.#growing.get(id);
    if (growing === undefined) return NOTHING;
    // What ended has its last text, whatever came before.
    if (!isStreaming) growing.end = { length: text.length, status: 'done' };
    return this.#take(growing, growing.text.replace(text));
  }

  /** The user has read enough: the text stays, later chunks change nothing. Null if it is not growing. */
  stop(id: MessageId): readonly InboxChange[] | null {
    const growing = this.#growing.get(id);
    const waiting = this.#waiting.take(id);
    if (waiting !== null) this.#history.insert({ ...waiting, stream: 'stopped' });
    else if (growing === undefined) return null;
    this.#growing.delete(id);
    this.#rememberStop(id, growing?.text.length ?? 0);
    this.#change(id, { stream: 'stopped' });
    return [{ type: 'stream-ended', id, status: 'stopped' }, ...this.#admit()];
  }

  /** Nothing came for long. The server is asked, for it may have ended; where it said so, it had its chance. */
  silence(id: MessageId): readonly InboxChange[] {
    const growing = this.#growing.get(id);
    if (growing === undefined || growing.state !== 'streaming') return NOTHING;
    if (growing.end !== null) return this.#giveUp(growing);
    growing.state = 'silent';
    const row = this.#change(id, { stream: 'stalled' });
    const changes: readonly InboxChange[] = row === null ? NOTHING : [{ type: 'updated', row }];
    return [...changes, ...(this.#waiting.size > 0 ? this.#giveWay() : [ASK])];
  }

  /** The connection ended: growing answers stand still until a chunk revives them. */
  stall(): readonly InboxChange[] {
    return [...this.#growing.values()].flatMap((growing) => {
      const wasStreaming = growing.state === 'streaming';
      growing.state = 'cut';
      growing.text.dropEarly();
      growing.missed = 0;
      growing.repairs = 0;
      const row = wasStreaming ? this.#change(growing.id, { stream: 'stalled' }) : null;
      return row === null ? NOTHING : [{ type: 'updated', row }];
    });
  }

  /** The message is gone from the log. */
  drop(id: MessageId): readonly InboxChange[] {
    this.#stopped.delete(id);
    this.#waiting.take(id);
    if (!this.#growing.delete(id)) return NOTHING;
    return [{ type: 'stream-ended', id, status: 'stopped' }, ...this.#admit()];
  }

  clear(): void {
    this.#growing.clear();
    this.#waiting.clear();
    this.#stopped.clear();
  }

  /** The answer is alive, and what came in becomes what users are told. */
  #take(growing: Growing, steps: readonly TextStep[]): readonly InboxChange[] {
    const { id } = growing;
    const changes = this.#show(growing, steps);
    const has = (type: TextStep['type']) => steps.some((step) => step.type === type);
    if (has('too-long')) return [...changes, ...this.#finish(growing, 'failed', TOO_LONG)];
    if (has('conflict')) return [...changes, ...this.#repair(growing)];
    if (has('grown') || has('replaced')) growing.missed = 0;
    if (has('missing')) growing.missed += 1;
    const { end, missed, text } = growing;
    if (end !== null && text.length >= end.length) return [...changes, ...this.#checkEnd(growing)];
    // The server is asked at the first sign, and then ever more seldom, should it not answer.
    return has('missing') && isPowerOfTwo(missed) && this.#growing.has(id) ? [...changes, ASK] : changes;
  }

  #show(growing: Growing, steps: readonly TextStep[]): readonly InboxChange[] {
    const { id, text, state } = growing;
    growing.state = 'streaming';
    const deltas = steps.filter((step) => step.type === 'grown');
    const isReplaced = steps.some((step) => step.type === 'replaced');
    if (deltas.length === 0 && !isReplaced && state === 'streaming') return NOTHING;
    const row = this.#change(id, { content: text.shown, stream: 'streaming' });
    if (row === null) return NOTHING;
    // The row says it all at once; deltas beside it would say it twice.
    if (isReplaced || deltas.length === 0) return [{ type: 'updated', row }];
    return deltas.map((delta) => ({ type: 'stream-delta', id, offset: delta.offset, text: delta.text }));
  }

  #checkEnd(growing: Growing): readonly InboxChange[] {
    const { end, text, repairs } = growing;
    if (end === null) return NOTHING;
    if (text.length === end.length) {
      const isOther = text.settle();
      const row = isOther ? this.#change(growing.id, { content: text.shown }) : null;
      const changes: readonly InboxChange[] = row === null ? NOTHING : [{ type: 'updated', row }];
      return [...changes, ...this.#finish(growing, end.status)];
    }
    if (text.length > end.length) return this.#repair(growing);
    if (repairs === REPAIRS_MAX) return this.#giveUp(growing);
    growing.repairs += 1;
    return [ASK];
  }

  /** What the server says and what it said do not go together: it is asked for the whole. */
  #repair(growing: Growing): readonly InboxChange[] {
    if (growing.repairs === REPAIRS_MAX) return this.#giveUp(growing);
    growing.repairs += 1;
    growing.end = null;
    growing.missed = 0;
    growing.text.restart();
    return [ASK];
  }

  /** The server contradicts itself for good: what is shown is all there will be. */
  #giveUp(growing: Growing): readonly InboxChange[] {
    const { end } = growing;
    return this.#finish(growing, end === null || end.status === 'done' ? 'failed' : end.status);
  }

  #finish({ id }: Growing, status: StreamEnd, failure: MessageFailure | null = null): readonly InboxChange[] {
    this.#growing.delete(id);
    const row = this.#change(id, { stream: status, failure });
    if (row === null) return this.#admit();
    return [{ type: 'stream-ended', id, status }, { type: 'received', row }, ...this.#admit()];
  }

  /** A silent answer ends with what it has when another one waits for its place. */
  #giveWay(): readonly InboxChange[] {
    for (const growing of this.#growing.values()) {
      if (growing.state === 'silent') return this.#finish(growing, 'failed');
    }
    return NOTHING;
  }

  /** Those that wait are shown as far as there is room, and their text is asked for. */
  #admit(): readonly InboxChange[] {
    const changes: InboxChange[] = [];
    while (this.hasRoom) {
      const row = this.#waiting.takeFirst();
      if (row === null) break;
      this.#history.insert(row);
      changes.push(...this.begin(row.id, row.content), ASK);
    }
    return changes;
  }

  #rememberStop(id: MessageId, offset: number): void {
    this.#stopped.set(id, offset);
    if (this.#stopped.size <= UNCONFIRMED_STOPS_MAX) return;
    for (const oldestId of this.#stopped.keys()) {
      this.#stopped.delete(oldestId);
      return;
    }
  }

  #change(id: MessageId, facts: Partial<Pick<MessageRow, 'content' | 'stream' | 'failure'>>): MessageRow | null {
    const row = this.#history.find(id);
    if (row === null) return null;
    const changed: MessageRow = { ...row, ...facts };
    this.#history.replace(id, changed);
    return changed;
  }
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}
