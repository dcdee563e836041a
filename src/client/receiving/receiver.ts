/** Reads what sockets bring, two in a handover: hello and joins, then frames for conversations, outbox and machine. */

import { BASE_TERMS } from '../../core/base-terms.js';
import type { ConnectionEvent } from '../../core/connection/event.js';
import type { DialId } from '../../core/connection/state.js';
import type { InboundFrame, LogFrame, OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { InboxChange, ToldChange } from '../../core/inbox/inbox-change.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { FrameFault } from '../../ports/protocol.js';
import type { MetricsCounter } from '../metrics.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Sender } from '../sending/sender.js';
import type { Turn } from '../telling/turn.js';
import { BigAnswers } from './big-answers.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';
import { FollowUps } from './follow-ups.js';
import { FrameReader } from './frame-reader.js';
import { GapFiller } from './gap-filler.js';
import type { Joins } from './joins.js';
import type { OlderPages } from './older-pages.js';
import { OpenDials } from './open-dials.js';
import type { ReadMarks } from './read-marks.js';
import { Receipts } from './receipts.js';
import { Refusals } from './refusals.js';
import { StreamFrames } from './stream-frames.js';
import type { StreamStops } from './stream-stops.js';

export interface ReceiverSurroundings {
  readonly options: ResolvedOptions;
  readonly conversations: Conversations;
  readonly sender: Sender;
  readonly turn: Turn;
  readonly metrics: MetricsCounter;
  readonly pages: OlderPages;
  readonly readMarks: ReadMarks;
  readonly streamStops: StreamStops;
  readonly dispatch: (event: ConnectionEvent) => void;
  readonly isPulseInDoubt: () => boolean;
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  readonly tokenExpiresInMs: (dialId: DialId) => number | null;
  /** The server listens, and nothing was asked of it yet. */
  readonly onGreeted: (dialId: DialId) => void;
  readonly onChange: (conversation: ConversationState, change: ToldChange) => void;
  readonly onTouched: (urgency: 'soon' | 'now') => void;
  readonly onTyping: (frame: Extract<InboundFrame, { type: 'typing' }>) => void;
  readonly onTokenRenewed: (expiresInMs: number | null) => void;
  readonly onFrameRejected: (reason: FrameFault, sizeChars: number) => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class Receiver {
  readonly #around: ReceiverSurroundings;
  readonly #reader: FrameReader;
  readonly #dials: OpenDials;
  readonly #gaps: GapFiller;
  readonly #bigAnswers: BigAnswers;
  readonly #refusals: Refusals;
  readonly #streams: StreamFrames;
  readonly #followUps: FollowUps;
  readonly #receipts: Receipts;

  constructor(around: ReceiverSurroundings) {
    this.#around = around;
    const { clock, inbox } = around.options;
    this.#reader = new FrameReader({
      ...around,
      onTooBig: (dialId) => {
        const joins = this.#dials.get(dialId);
        return joins !== null && this.#bigAnswers.askForLess(joins);
      },
    });
    this.#dials = new OpenDials({
      ...around,
      clock,
      historyMax: inbox.historyMax,
      onAsked: ({ id }) => this.#gaps.stop(id),
      joinWaitMs: (terms) => around.sender.waitMs(terms),
      urgentIds: () => this.#urgentIds,
      onChanges: (...changed) => this.report(...changed),
      onReady: (joins) => this.#whenReady(joins),
      onAnswered: (dialId) => around.dispatch({ type: 'join-answered', dialId }),
    });
    this.#gaps = new GapFiller({
      ...around,
      clock,
      waitMs: inbox.gapWaitMs,
      timeoutMs: inbox.gapFetchTimeoutMs,
      canFetch: () => this.terms.ranges,
      send: (frame) => this.#used !== null && around.send(this.#used.agreement.dialId, frame),
      rejoin: (conversation) => this.#used?.ask(conversation),
      onChanges: (...changed) => this.report(...changed),
    });
    const gaps = this.#gaps;
    this.#bigAnswers = new BigAnswers(gaps, around.pages);
    this.#refusals = new Refusals({ ...around, gaps });
    this.#streams = new StreamFrames({ ...around, clock, onChanges: (...changed) => this.report(...changed) });
    this.#followUps = new FollowUps({ ...around, joins: () => this.#used, gaps, streams: this.#streams });
    this.#receipts = new Receipts({
      ...around,
      report: (...changed) => this.report(...changed),
      followUp: (...changed) => this.#followUps.take(...changed),
    });
  }

  /** Of the server in use. */
  get terms(): ServerTerms {
    return this.#used?.agreement.terms ?? BASE_TERMS;
  }

  termsOf(dialId: DialId): ServerTerms {
    return this.#dials.termsOf(dialId);
  }

  /** When the last frame came in on the socket in use. */
  get heardAtMs(): number {
    return this.#used?.agreement.heardAtMs ?? 0;
  }

  /** A socket opened: it is the one in use unless another one serves. */
  begin(dialId: DialId): void {
    this.#dials.begin(dialId);
  }

  /** It is the one in use from here on; another one that is there still counts. */
  use(dialId: DialId): void {
    this.#dials.use(dialId);
  }

  end(dialId: DialId): void {
    if (this.#used?.agreement.dialId === dialId) {
      this.#gaps.stopAll();
      this.#streams.loseConnection();
    }
    this.#dials.end(dialId);
  }

  readText(dialId: DialId, text: string): void {
    const joins = this.#dials.get(dialId);
    if (joins === null) return;
    for (const frame of this.#reader.readText(joins.agreement, text)) {
      if (this.#dials.get(dialId) === joins) this.#take(joins, frame);
    }
  }

  readBinary(dialId: DialId): void {
    const agreement = this.#dials.get(dialId)?.agreement;
    if (agreement !== undefined) this.#reader.readBinary(agreement);
  }

  /** Joins a conversation on every connection that there is; at the next one if there is none. */
  join(conversation: ConversationState): void {
    this.#dials.join(conversation);
  }

  /** A message is about to go there. */
  hasten(dialId: DialId, conversationId: string): void {
    this.#dials.get(dialId)?.hasten(conversationId);
  }

  /** Follows up what changed in a conversation, and tells it. */
  report(conversation: ConversationState, changes: readonly InboxChange[]): void {
    this.#followUps.take(conversation, changes);
    this.#around.onTouched('soon');
  }

  /** What the user is most likely to look at, and what was sent, may have arrived and can be told apart by a join only. */
  get #urgentIds(): ReadonlySet<string | null> {
    const { options, sender } = this.#around;
    return new Set([options.conversationId, ...sender.outbox.list().map(({ conversationId }) => conversationId)]);
  }

  /** Of the socket in use. */
  get #used(): Joins | null {
    return this.#dials.used;
  }

  #take(joins: Joins, frame: InboundFrame): void {
    const { agreement } = joins;
    const { dispatch } = this.#around;
    if (frame.type === 'hello') return this.#greet(joins, frame);
    if (!agreement.hasGreeted && frame.type !== 'refused' && frame.type !== 'server-restarting') return;
    switch (frame.type) {
      case 'joined':
        return this.#whenJoined(joins, frame);
      case 'refused':
        return this.#refusals.take(joins, { ...frame, code: this.#around.options.secrets.hide(frame.code) });
      case 'ack':
        return this.#receipts.takeAck(agreement, frame);
      case 'message':
      case 'message-updated':
      case 'message-deleted':
      case 'read':
      case 'stream-start':
        return this.#takeEvent(joins, frame);
      case 'stream-delta':
      case 'stream-snapshot':
      case 'stream-end':
        return this.#streams.take(frame);
      case 'history-page':
        return this.#receipts.takePage(frame);
      case 'range':
        return this.#takeRange(joins, frame);
      case 'typing':
        return this.#around.onTyping(frame);
      case 'pong':
        return this.#whenPong(joins, frame.latest);
      case 'token-expiring':
        return dispatch({ type: 'token-expiring', dialId: agreement.dialId });
      case 'token-renewed': {
        const expiresInMs = frame.expiresInMs ?? this.#around.tokenExpiresInMs(agreement.dialId);
        this.#around.onTokenRenewed(expiresInMs);
        return dispatch({ type: 'token-lifetime-told', dialId: agreement.dialId, expiresInMs });
      }
      case 'server-restarting':
        return dispatch({ type: 'pause-hinted', dialId: agreement.dialId, retryAfterMs: frame.retryAfterMs });
      case 'unknown':
        this.#around.metrics.framesUnknown += 1;
        return;
    }
  }

  #takeEvent(joins: Joins, event: LogFrame): void {
    const conversation = this.#around.conversations.get(event.conversationId);
    if (conversation === null || this.#dials.isOutdated(joins, event.epoch, conversation)) return;
    this.report(conversation, conversation.inbox.receive(event, this.#reader.frameChars));
    if (joins.isInUse) joins.notice(conversation);
  }

  #takeRange(joins: Joins, range: Extract<InboundFrame, { type: 'range' }>): void {
    const conversation = this.#around.conversations.get(range.conversationId);
    if (conversation === null) return;
    const changes = this.#gaps.take(conversation, range);
    if (changes !== null) this.report(conversation, changes);
    if (joins.isInUse) joins.notice(conversation);
  }

  #greet(joins: Joins, hello: Extract<InboundFrame, { type: 'hello' }>): void {
    const { agreement } = joins;
    if (agreement.hasGreeted) return;
    agreement.hasGreeted = true;
    agreement.terms = hello.terms;
    agreement.expiresInMs = hello.expiresInMs;
    this.#around.conversations.identify(hello.userId);
    if (joins.isInUse) this.#around.onGreeted(agreement.dialId);
    joins.askAll();
  }

  #whenJoined(joins: Joins, frame: Extract<InboundFrame, { type: 'joined' }>): void {
    const conversation = this.#around.conversations.get(frame.conversationId);
    if (conversation !== null && this.#dials.isOutdated(joins, frame.epoch, conversation)) {
      return joins.settle(conversation.id);
    }
    const changes = joins.take(conversation, frame);
    if (conversation !== null && changes !== null) {
      this.report(conversation, changes);
      this.#streams.expect(conversation);
    }
    joins.conclude();
  }

  #whenReady({ agreement, isInUse }: Joins): void {
    const { dispatch, options, tokenExpiresInMs, onTokenRenewed } = this.#around;
    const expiresInMs = agreement.expiresInMs ?? tokenExpiresInMs(agreement.dialId);
    if (!isInUse && options.token !== null) onTokenRenewed(expiresInMs);
    dispatch({
      type: 'joined',
      dialId: agreement.dialId,
      recovered: agreement.recovered,
      canRenewInBand: agreement.terms.inBandToken && options.token !== null,
      expiresInMs,
    });
  }

  #whenPong({ agreement, isInUse }: Joins, latest: ReadonlyMap<string, number> | null): void {
    this.#around.dispatch({ type: 'life-seen', dialId: agreement.dialId, isPong: true });
    if (latest === null || !isInUse) return;
    for (const [conversationId, seq] of latest) {
      const conversation = this.#around.conversations.get(conversationId);
      if (conversation !== null) this.#followUps.take(conversation, conversation.inbox.noteHead(seq));
    }
  }
}
