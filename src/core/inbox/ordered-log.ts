/** The server's log of one conversation, event by event in its order: early ones wait, and holes are told. */

import type { Cursor, InboundFrame, LogFrame } from '../frame.js';
import type { InboxChange } from './inbox-change.js';
import { LogPosition, type SeqRange } from './log-position.js';
import { type JoinAnswer, readCursor } from './recovery.js';

const NOTHING: readonly InboxChange[] = [];
const HOLE: readonly InboxChange[] = [{ type: 'hole-seen' }];
const REJOIN: readonly InboxChange[] = [{ type: 'rejoin-needed' }];

export interface LogReaders {
  /** An event whose turn it is; an answer that waited settles the log. */
  readonly apply: (event: LogFrame | JoinAnswer) => readonly InboxChange[];
  /** An event at a number that was applied before. */
  readonly recall: (event: LogFrame, seq: number) => readonly InboxChange[];
}

export class OrderedLog {
  readonly #position: LogPosition<LogFrame | JoinAnswer>;
  readonly #readers: LogReaders;

  constructor(reorderMax: number, readers: LogReaders) {
    this.#position = new LogPosition(reorderMax);
    this.#readers = readers;
  }

  get cursor(): Cursor | null {
    return this.#position.cursor;
  }

  get hole(): SeqRange | null {
    return this.#position.hole;
  }

  /** From here until `settle`, live events wait for what the join brings. */
  startJoin(): void {
    this.#position.startJoin();
  }

  /** The join brought everything up to here; what has waited follows. */
  settle(cursor: Cursor | null): readonly InboxChange[] {
    this.#position.settle(cursor);
    return [...this.#applyReady(), ...this.#tellHole()];
  }

  /** The join left something out. What it brought waits in its place until that was asked for. */
  defer(answer: JoinAnswer, seq: number): readonly InboxChange[] {
    this.#position.defer({ epoch: null, seq, event: answer, sizeChars: 0 }, readCursor(answer, null)?.seq ?? seq);
    return this.#tellHole();
  }

  /** An event, in whatever order it came. `sizeChars`: what it takes to keep it while it waits. */
  receive(event: LogFrame, sizeChars: number): readonly InboxChange[] {
    const seq = seqOf(event);
    if (seq === null) return this.#readers.apply(event);
    switch (this.#position.place(event.epoch, seq)) {
      case 'known':
        return this.#readers.recall(event, seq);
      case 'other-epoch':
      case 'far':
        return REJOIN;
      case 'early':
        this.#position.hold({ epoch: event.epoch, seq, event, sizeChars });
        return this.#tellHole();
      case 'next': {
        const changes = this.#readers.apply(event);
        this.#position.advance(seq);
        return this.#position.hasHeld ? [...changes, ...this.#applyReady()] : changes;
      }
    }
  }

  /**
   * The answer to a range that was asked for. Numbers that the server has no more of are given up where something after
   * them is here; where their being in the log is hearsay, a join has to say.
   */
  fill(range: Extract<InboundFrame, { type: 'range' }>, asked: SeqRange): readonly InboxChange[] {
    const { cursor } = this;
    if (cursor === null || this.hole === null) return NOTHING;
    if (range.epoch !== null && range.epoch !== cursor.epoch) return REJOIN;
    const missed = range.events.filter((event) => (seqOf(event) ?? 0) > cursor.seq);
    const changes: InboxChange[] = [];
    if (!range.isComplete) {
      const [first] = missed;
      const endSeq = first === undefined ? this.#position.firstHeldSeq : seqOf(first);
      if (endSeq === null) return REJOIN;
      changes.push(...this.giveUp(Math.min(endSeq - 1, asked.toSeq)));
    }
    const fromSeq = this.#seq + 1;
    for (const event of missed) changes.push(...this.#take(event));
    const toSeq = Math.min(this.#seq, asked.toSeq);
    if (toSeq >= fromSeq) changes.push({ type: 'gap-filled', fromSeq, toSeq });
    return changes;
  }

  /** Moves over what cannot be had, up to a number, and over what is here on the way. */
  giveUp(toSeq: number): readonly InboxChange[] {
    const changes: InboxChange[] = [];
    while (this.#seq < toSeq) {
      const fromSeq = this.#seq + 1;
      const lostToSeq = Math.min(toSeq, (this.#position.firstHeldSeq ?? Number.POSITIVE_INFINITY) - 1);
      if (lostToSeq >= fromSeq) {
        changes.push({ type: 'gap-lost', fromSeq, toSeq: lostToSeq });
        this.#position.skipTo(lostToSeq);
      }
      changes.push(...this.#applyReady());
    }
    return changes;
  }

  /** The server says how far its log goes; a lower number than ours is old news. */
  noteHead(latestSeq: number): readonly InboxChange[] {
    return this.#position.noteHead(latestSeq) ? REJOIN : this.#tellHole();
  }

  get #seq(): number {
    return this.cursor?.seq ?? 0;
  }

  #tellHole(): readonly InboxChange[] {
    return this.#position.hasHole ? HOLE : NOTHING;
  }

  /** An event of a range; early ones that waited may have brought it already, and a hole in it is no news. */
  #take(event: LogFrame): readonly InboxChange[] {
    const isKnown = (seqOf(event) ?? 0) <= this.#seq;
    const changes = isKnown ? NOTHING : this.receive(event, 0);
    return changes === HOLE ? NOTHING : changes;
  }

  #applyReady(): readonly InboxChange[] {
    const changes: InboxChange[] = [];
    for (let ready = this.#position.takeReady(); ready !== null; ready = this.#position.takeReady()) {
      changes.push(...this.#readers.apply(ready.event));
      this.#position.advance(ready.seq);
    }
    return changes;
  }
}

function seqOf(event: LogFrame): number | null {
  return event.type === 'message' ? event.message.seq : event.seq;
}
