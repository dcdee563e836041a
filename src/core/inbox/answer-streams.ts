/** Answers that grow chunk by chunk, up to their end. A finished one is forgotten here, so no late chunk can reopen it. */

import type { InboundFrame } from '../frame.js';
import type { MessageFailure, MessageId, MessageRow, StreamEnd } from '../message.js';
import { GrowingStream } from './growing-stream.js';
import type { History } from './history.js';
import type { InboxChange } from './inbox-change.js';
import { OPEN_STREAMS_MAX, STREAM_LENGTH_MAX, UNCONFIRMED_STOPS_MAX } from './stream-limits.js';
import type { TextStep } from './stream-text.js';
import { type WaitingRow, WaitingStreams } from './waiting-streams.js';

type FrameOf<Type extends InboundFrame['type']> = Extract<InboundFrame, { readonly type: Type }>;

const NOTHING: readonly InboxChange[] = [];
const ASK: InboxChange = { type: 'rejoin-needed' };

const TOO_LONG: MessageFailure = {
  code: 'protocol/answer-too-long',
  reason: `The answer is longer than ${STREAM_LENGTH_MAX} UTF-16 code units; the rest of it is not kept.`,
};

export class AnswerStreams {
  readonly #history: History;
  readonly #growing = new Map<MessageId, GrowingStream>();
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

  /** Those of which nothing came since the connection was lost. */
  cutIds(): readonly MessageId[] {
    return [...this.#growing.values()].flatMap(({ id, state }) => (state === 'cut' ? [id] : []));
  }

  /** The server is to be told of these, on every connection until it says that they are over. */
  unconfirmedStops(): readonly MessageId[] {
    return [...this.#stopped.keys()];
  }

  /** The server has no such answer, and will say nothing of its end. */
  forgetStop(id: MessageId): void {
    this.#stopped.delete(id);
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
    const growing = new GrowingStream(id);
    this.#growing.set(id, growing);
    const started: InboxChange = { type: 'stream-started', id };
    return text === '' ? [started] : [started, ...this.#take(growing, growing.text.replace(text))];
  }

  /** An older row turns out to be growing still: it stands still until a chunk comes. */
  adopt({ id, stream, content }: MessageRow): void {
    if (id === null || stream !== 'streaming' || this.has(id)) return;
    this.#change(id, { stream: 'stalled' });
    if (!this.hasRoom) return;
    const growing = new GrowingStream(id);
    growing.state = 'cut';
    growing.text.replace(content);
    this.#growing.set(id, growing);
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
    if (waiting === null && growing === undefined) return null;
    if (waiting !== null && !this.#history.holds(waiting)) this.#history.insert({ ...waiting, stream: 'stopped' });
    this.#growing.delete(id);
    this.#rememberStop(id, growing?.text.length ?? 0);
    this.#change(id, { stream: 'stopped' });
    return [{ type: 'stream-ended', id, status: 'stopped' }, ...this.#admit()];
  }

  /** Nothing came for long. The server is asked, for it may have ended; where it said so, it is asked once more. */
  silence(id: MessageId): readonly InboxChange[] {
    const growing = this.#growing.get(id);
    if (growing === undefined) return NOTHING;
    if (growing.state === 'silent') return growing.end === null ? NOTHING : this.#giveUp(growing);
    const row = growing.state === 'cut' ? null : this.#change(id, { stream: 'stalled' });
    growing.state = 'silent';
    const changes: readonly InboxChange[] = row === null ? NOTHING : [{ type: 'updated', row }];
    return [...changes, ...(this.#waiting.size > 0 ? this.#giveWay() : growing.askForRest() ? [ASK] : NOTHING)];
  }

  /** It is over by the server's word, and something is still to come. */
  awaitsRest(id: MessageId): boolean {
    return (this.#growing.get(id)?.end ?? null) !== null;
  }

  /** A join that names every answer is on its way. */
  startJoin(): void {
    for (const growing of this.#growing.values()) growing.startJoin();
  }

  /** It was answered; what it was not enough for is asked with the next one. */
  endJoin(): readonly InboxChange[] {
    return [...this.#growing.values()].filter((growing) => growing.endJoin()).length > 0 ? [ASK] : NOTHING;
  }

  /** The connection ended: growing answers stand still until a chunk revives them. */
  stall(): readonly InboxChange[] {
    return [...this.#growing.values()].flatMap((growing) => {
      const wasStreaming = growing.state === 'streaming';
      growing.loseConnection();
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
  #take(growing: GrowingStream, steps: readonly TextStep[]): readonly InboxChange[] {
    const changes = this.#show(growing, steps);
    const has = (type: TextStep['type']) => steps.some((step) => step.type === type);
    if (has('too-long')) return [...changes, ...this.#finish(growing, 'failed', TOO_LONG)];
    if (has('conflict')) return [...changes, ...this.#repair(growing)];
    if (has('grown') || has('replaced')) growing.noteGrowth();
    const { end, text } = growing;
    if (end !== null && text.length >= end.length) return [...changes, ...this.#checkEnd(growing)];
    return has('missing') && growing.noteMissing() && growing.askForRest() ? [...changes, ASK] : changes;
  }

  #show(growing: GrowingStream, steps: readonly TextStep[]): readonly InboxChange[] {
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

  #checkEnd(growing: GrowingStream): readonly InboxChange[] {
    const { end, text } = growing;
    if (end === null) return NOTHING;
    if (text.length === end.length) {
      const isOther = text.settle();
      const row = isOther ? this.#change(growing.id, { content: text.shown }) : null;
      const changes: readonly InboxChange[] = row === null ? NOTHING : [{ type: 'updated', row }];
      return [...changes, ...this.#finish(growing, end.status)];
    }
    if (text.length > end.length) return this.#repair(growing);
    if (!growing.askForRest()) return NOTHING;
    return growing.countRepair() ? [ASK] : this.#giveUp(growing);
  }

  /** What the server says and what it said do not go together: it is asked for the whole. */
  #repair(growing: GrowingStream): readonly InboxChange[] {
    if (!growing.countRepair()) return this.#giveUp(growing);
    growing.restart();
    growing.askAnew();
    return [ASK];
  }

  /** The server contradicts itself for good: what is shown is all there will be. */
  #giveUp(growing: GrowingStream): readonly InboxChange[] {
    const { end } = growing;
    return this.#finish(growing, end === null || end.status === 'done' ? 'failed' : end.status);
  }

  #finish({ id }: GrowingStream, status: StreamEnd, failure: MessageFailure | null = null): readonly InboxChange[] {
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
      // Its place went to another message meanwhile: the server contradicts itself.
      if (this.#history.holds(row)) continue;
      this.#history.insert(row);
      changes.push(...this.begin(row.id, row.content), ASK);
      this.#growing.get(row.id)?.askAnew();
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
