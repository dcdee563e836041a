/** A random network over a log with edits, deletions and reads: after joins and ranges the rows are the log's. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogFrame, WireMessage } from '../../../src/core/frame.js';
import type { Inbox, InboxBounds } from '../../../src/core/inbox/inbox.js';
import type { InboxChange } from '../../../src/core/inbox/inbox-change.js';
import { joinedAnswer, makeInbox, numbered, SELF } from '../../support/wire-log.js';

const SEED = Number(process.env['SEED'] ?? 90_210);
const CONVERSATION = 'c1';
const EPOCH = 'e1';

type Entry =
  | { readonly kind: 'message'; readonly id: string }
  | { readonly kind: 'edit' | 'delete' | 'read'; readonly id: string };

/** A server's log: every entry has a number, and messages are kept as they are now. */
class Log {
  readonly entries: Entry[] = [];
  readonly messages = new Map<string, WireMessage>();
  /** Events as they were told at their time. */
  readonly live: (LogFrame | null)[] = [];

  get head(): number {
    return this.entries.length;
  }

  add(kind: Entry['kind'], pick: number): void {
    this.#record(kind, pick);
    this.live.push(this.event(this.head));
  }

  #record(kind: Entry['kind'], pick: number): void {
    const seq = this.head + 1;
    const ids = [...this.messages.keys()];
    const target = this.messages.get(ids[pick % Math.max(1, ids.length)] ?? '');
    if (kind === 'message' || target === undefined) {
      const message = numbered(seq, { senderId: pick % 3 === 0 ? SELF : 'user-2' });
      this.messages.set(message.id, message);
      this.entries.push({ kind: 'message', id: message.id });
      return;
    }
    this.entries.push({ kind, id: target.id });
    this.messages.set(target.id, { ...target, ...changeOf(kind, target, seq), changedSeq: seq });
  }

  /** As it is told: a message as it is now, an edit of what is gone as a deletion. */
  event(seq: number): LogFrame | null {
    const entry = this.entries[seq - 1];
    const message = entry === undefined ? undefined : this.messages.get(entry.id);
    if (entry === undefined || message === undefined) return null;
    const place = { conversationId: CONVERSATION, epoch: EPOCH };
    if (entry.kind === 'message') return { type: 'message', ...place, message };
    if (entry.kind === 'read') return { type: 'read', ...place, seq, messageIds: [entry.id], readBy: 'user-2' };
    if (entry.kind === 'delete' || message.deleted) return { type: 'message-deleted', ...place, seq, id: entry.id };
    return { type: 'message-updated', ...place, seq, message };
  }

  since(seq: number): readonly WireMessage[] {
    return [...this.messages.values()].filter((message) => (message.seq ?? 0) > seq || (message.changedSeq ?? 0) > seq);
  }

  get shown(): readonly (readonly [string, string, string | null])[] {
    return [...this.messages.values()]
      .filter(({ deleted }) => !deleted)
      .map(({ id, content, senderId, isRead }) => [id, content, senderId === SELF ? (isRead ? 'read' : 'sent') : null]);
  }
}

function changeOf(kind: Entry['kind'], target: WireMessage, seq: number): Partial<WireMessage> {
  if (kind === 'read') return { isRead: true };
  if (kind === 'delete') return { content: '', deleted: true };
  return target.deleted ? {} : { content: `${target.id} as of ${seq}` };
}

function rowsOf(inbox: Inbox): readonly (readonly [string | null, string, string | null])[] {
  return inbox.rows.map(({ id, content, delivery }) => [id, content, delivery]);
}

/** What lies between the log and the inbox. */
class Network {
  readonly log = new Log();
  readonly inbox: Inbox;
  readonly told: string[] = [];
  readonly gone: string[] = [];
  readonly lost: [number, number][] = [];
  isJoining = false;
  #wantsJoin = false;

  constructor(bounds: Partial<InboxBounds>) {
    this.inbox = makeInbox(bounds);
    this.startJoin();
    this.answerJoin();
  }

  deliver(seq: number): void {
    const event = this.log.live[seq - 1] ?? null;
    if (event !== null) this.#note(this.inbox.receive(event));
  }

  startJoin(): void {
    if (this.isJoining) return;
    this.isJoining = true;
    this.inbox.startJoin();
  }

  answerJoin(): void {
    if (!this.isJoining) return;
    this.isJoining = false;
    const after = this.inbox.cursor?.seq ?? 0;
    this.#note(this.inbox.join(joinedAnswer(this.log.since(after), this.log.head)).changes);
  }

  /** Answers a range, in part or with a hole, or twice. */
  answerRange(pick: number): void {
    const { hole } = this.inbox;
    if (hole === null) return;
    const asked = { fromSeq: hole.fromSeq, toSeq: Math.min(hole.toSeq, hole.fromSeq + 6) };
    const seqs = Array.from({ length: asked.toSeq - asked.fromSeq + 1 }, (_, index) => asked.fromSeq + index);
    const given = pick % 4 === 0 ? seqs.slice(0, 1) : pick % 4 === 1 ? seqs.filter((seq) => seq % 3 !== 0) : seqs;
    const range = {
      type: 'range' as const,
      conversationId: CONVERSATION,
      epoch: EPOCH,
      events: given.flatMap((seq) => this.log.event(seq) ?? []),
      isComplete: true,
    };
    for (let copy = 0; copy <= pick % 2; copy += 1) this.#note(this.inbox.fill(range, asked));
  }

  /** No fault any more: what is missing is asked for until nothing is. */
  settle(): void {
    if (this.#wantsJoin) this.startJoin();
    this.answerJoin();
    for (let turn = 0; this.inbox.hole !== null && turn < 400; turn += 1) this.answerRange(2);
    this.startJoin();
    this.answerJoin();
  }

  #note(changes: readonly InboxChange[]): void {
    for (const change of changes) {
      if (change.type === 'deleted') this.gone.push(change.id);
      if (change.type === 'received') this.told.push(change.row.id ?? '');
      if (change.type === 'rejoin-needed') this.#wantsJoin = true;
      if (change.type === 'gap-lost') this.lost.push([change.fromSeq, change.toSeq]);
    }
  }
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('message', 'message', 'edit', 'delete', 'read'),
    net: fc.constantFrom('arrives', 'arrives', 'arrives', 'lost', 'late', 'again', 'range', 'join', 'answer'),
    pick: fc.nat(50),
  }),
  { maxLength: 90, size: 'max' },
);

describe('an inbox behind a network that loses, doubles and reorders', () => {
  test(`RX-1 RX-2 F31 F33 F34 F35 F40 shows in the end what the log has, told once each (seed ${SEED})`, () => {
    const bounds = fc.record({
      reorderMax: fc.constantFrom(2, 5, 256),
      historyMax: fc.constantFrom(3, 10, 10_000),
      seenMax: fc.constantFrom(3, 2_000),
    });
    const property = fc.property(steps, bounds, (sequence, limits) => {
      const { historyMax, seenMax } = limits;
      const network = new Network(limits);
      const late: number[] = [];

      for (const { kind, net, pick } of sequence) {
        network.log.add(kind, pick);
        if (net === 'late') late.push(network.log.head);
        if (net === 'arrives') network.deliver(network.log.head);
        if (net === 'again') network.deliver(Math.max(1, network.log.head - pick));
        if (net === 'range') network.answerRange(pick);
        if (net === 'join') network.startJoin();
        if (net === 'answer') network.answerJoin();
        if (pick % 5 === 0) network.deliver(late.pop() ?? 0);
        expectSound(network, historyMax);
      }
      network.settle();

      expectWhole(network, historyMax);
      expect(network.lost).toEqual([]);
      expect(network.told).toEqual([...new Set(network.told)]);
      if (seenMax > 100) expect(network.gone).toEqual([...new Set(network.gone)]);
    });

    fc.assert(property, { seed: SEED, numRuns: 1_500 });
  });
});

/** True at every moment. A hundred thousand moments are looked at, so nothing is expected where nothing is wrong. */
function expectSound(network: Network, historyMax: number): void {
  const { inbox, log, isJoining } = network;
  const cursorSeq = inbox.cursor?.seq ?? 0;
  const seqs = inbox.rows.map(({ seq }) => seq ?? 0);
  const isUpwards = seqs.every((seq, at) => seq <= cursorSeq && seq > (seqs[at - 1] ?? 0));
  if (!isUpwards) expect(seqs).toEqual([...new Set(seqs.filter((seq) => seq <= cursorSeq))].sort((a, b) => a - b));
  const { hole } = inbox;
  if (hole !== null && hole.toSeq < hole.fromSeq) expect(hole).toBeNull();
  if (!isJoining && cursorSeq === log.head) expectWhole(network, historyMax);
}

/** The newest of what the log shows; what was evicted stays away, also where a deletion makes room. */
function expectWhole({ inbox, log }: Network, historyMax: number): void {
  const rows = rowsOf(inbox);
  const { shown } = log;
  const newest = rows.length === 0 ? [] : shown.slice(-rows.length);
  if (JSON.stringify(rows) !== JSON.stringify(newest)) expect(rows).toEqual(newest);
  const evictions = log.entries.filter(({ kind }) => kind === 'delete').length;
  const leastLength = Math.min(shown.length, historyMax - evictions);
  if (rows.length > historyMax) expect(rows.length).toBeLessThanOrEqual(historyMax);
  if (rows.length < leastLength) expect(rows.length).toBeGreaterThanOrEqual(leastLength);
}
