/** Reads what the open socket brings: hello and joins first, then frames for conversations, outbox and machine. */

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
import { Agreement, BASE_TERMS } from './agreement.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';
import { FollowUps } from './follow-ups.js';
import { isTooLong } from './frame-size.js';
import { GapFiller } from './gap-filler.js';
import { Joins } from './joins.js';
import type { OlderPages } from './older-pages.js';
import type { ReadMarks } from './read-marks.js';
import { Refusals } from './refusals.js';
import { StreamFrames } from './stream-frames.js';

/** This many unreadable frames in a row mean that the peer is not what we think it is. */
const BAD_FRAMES_MAX = 20;

export interface ReceiverSurroundings {
  readonly options: ResolvedOptions;
  readonly conversations: Conversations;
  readonly sender: Sender;
  readonly turn: Turn;
  readonly metrics: MetricsCounter;
  readonly pages: OlderPages;
  readonly readMarks: ReadMarks;
  readonly dispatch: (event: ConnectionEvent) => void;
  readonly isPulseInDoubt: () => boolean;
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  readonly tokenExpiresInMs: (dialId: DialId) => number | null;
  /** The server listens, and nothing was asked of it yet. */
  readonly onGreeted: (dialId: DialId) => void;
  readonly onChange: (conversation: ConversationState, change: ToldChange) => void;
  readonly onTouched: (urgency: 'soon' | 'now') => void;
  readonly onTyping: (conversationId: string, userId: string, isTyping: boolean) => void;
  readonly onTokenRenewed: (expiresInMs: number | null) => void;
  readonly onFrameRejected: (reason: FrameFault, sizeChars: number) => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class Receiver {
  readonly #around: ReceiverSurroundings;
  readonly #joins: Joins;
  readonly #gaps: GapFiller;
  readonly #refusals: Refusals;
  readonly #streams: StreamFrames;
  readonly #followUps: FollowUps;
  #agreement: Agreement | null = null;
  #heardAtMs = 0;
  /** What each frame of the text being read takes, in UTF-16 code units. */
  #frameChars = 0;

  constructor(around: ReceiverSurroundings) {
    this.#around = around;
    const { options, turn, conversations, sender, pages, readMarks, dispatch, onTrouble } = around;
    const { clock, inbox } = options;
    this.#joins = new Joins({
      clock,
      turn,
      historyMax: inbox.historyMax,
      conversations,
      agreement: () => this.#agreement,
      send: around.send,
      onAsked: ({ id }) => this.#gaps.stop(id),
      onReady: (agreement) => this.#whenReady(agreement),
    });
    this.#gaps = new GapFiller({
      clock,
      turn,
      waitMs: inbox.gapWaitMs,
      timeoutMs: inbox.gapFetchTimeoutMs,
      conversations,
      canFetch: () => this.terms.ranges,
      send: (frame) => this.#agreement !== null && around.send(this.#agreement.dialId, frame),
      rejoin: (conversation) => this.#joins.ask(conversation),
    });
    const joins = this.#joins;
    const gaps = this.#gaps;
    this.#refusals = new Refusals({ sender, dispatch, joins, gaps, pages, readMarks, onTrouble });
    const onChanges = (conversation: ConversationState, changes: readonly InboxChange[]) =>
      this.report(conversation, changes);
    this.#streams = new StreamFrames({ clock, turn, conversations, onChanges });
    this.#followUps = new FollowUps({
      metrics: around.metrics,
      conversations,
      joins,
      gaps,
      pages,
      readMarks,
      streams: this.#streams,
      agreement: () => this.#agreement,
      onChange: around.onChange,
    });
  }

  get terms(): ServerTerms {
    return this.#agreement?.terms ?? BASE_TERMS;
  }

  /** When the last frame came in on the current socket. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** A socket opened: nothing of an earlier connection counts any more. */
  begin(dialId: DialId): void {
    this.#agreement = new Agreement(dialId);
    this.#heardAtMs = this.#around.options.clock.nowMs();
  }

  end(): void {
    this.#agreement = null;
    this.#joins.stop();
    this.#gaps.stopAll();
    this.#streams.loseConnection();
  }

  readText(dialId: DialId, text: string): void {
    const agreement = this.#agreement;
    if (agreement?.dialId !== dialId) return;
    this.#heardAtMs = this.#around.options.clock.nowMs();
    this.#around.metrics.countFrameIn(text.length);
    if (this.#around.isPulseInDoubt()) this.#around.dispatch({ type: 'life-seen', dialId, isPong: false });
    if (isTooLong(text, this.#around.options.inbox.frameBytesMax))
      return this.#reject(agreement, 'too-big', text.length);
    const decoded = this.#around.options.protocol.decode(text);
    if (!decoded.ok) return this.#reject(agreement, decoded.reason, text.length);
    agreement.badFrames = 0;
    this.#frameChars = text.length / decoded.frames.length;
    for (const frame of decoded.frames) {
      if (this.#agreement === agreement) this.#take(agreement, frame);
    }
  }

  readBinary(dialId: DialId): void {
    const agreement = this.#agreement;
    if (agreement?.dialId !== dialId) return;
    this.#heardAtMs = this.#around.options.clock.nowMs();
    this.#reject(agreement, 'binary', 0);
  }

  /** Joins a conversation on the connection that there is; at the next one if there is none. */
  join(conversation: ConversationState): void {
    this.#joins.ask(conversation);
  }

  /** Follows up what changed in a conversation, and tells it. */
  report(conversation: ConversationState, changes: readonly InboxChange[]): void {
    this.#followUps.take(conversation, changes);
    this.#around.onTouched('soon');
  }

  #take(agreement: Agreement, frame: InboundFrame): void {
    if (frame.type === 'hello') return this.#greet(agreement, frame);
    if (!agreement.hasGreeted && frame.type !== 'refused' && frame.type !== 'server-restarting') return;
    switch (frame.type) {
      case 'joined':
        return this.#whenJoined(frame);
      case 'refused':
        return this.#refusals.take(agreement, frame);
      case 'ack':
        return this.#whenAcked(agreement, frame);
      case 'message':
      case 'message-updated':
      case 'message-deleted':
      case 'read':
      case 'stream-start':
        return this.#takeEvent(frame);
      case 'stream-delta':
      case 'stream-snapshot':
      case 'stream-end':
        return this.#streams.take(frame);
      case 'history-page':
        return this.#takePage(frame);
      case 'range':
        return this.#tell(this.#around.conversations.get(frame.conversationId), (conversation) =>
          this.#gaps.take(conversation, frame),
        );
      case 'typing':
        return this.#around.onTyping(frame.conversationId, frame.userId, frame.isTyping);
      case 'pong':
        return this.#whenPong(agreement, frame.latest);
      case 'token-expiring':
        return this.#around.dispatch({ type: 'token-expiring', dialId: agreement.dialId });
      case 'token-renewed': {
        const expiresInMs = frame.expiresInMs ?? this.#around.tokenExpiresInMs(agreement.dialId);
        this.#around.onTokenRenewed(expiresInMs);
        return this.#around.dispatch({ type: 'token-lifetime-told', dialId: agreement.dialId, expiresInMs });
      }
      case 'server-restarting': {
        const { retryAfterMs } = frame;
        return this.#around.dispatch({ type: 'pause-hinted', dialId: agreement.dialId, retryAfterMs });
      }
      case 'unknown':
        this.#around.metrics.framesUnknown += 1;
        return;
    }
  }

  #takeEvent(event: LogFrame): void {
    const conversation = this.#around.conversations.get(event.conversationId);
    if (conversation !== null) this.report(conversation, conversation.inbox.receive(event, this.#frameChars));
  }

  #greet(agreement: Agreement, hello: Extract<InboundFrame, { type: 'hello' }>): void {
    if (agreement.hasGreeted) return;
    agreement.hasGreeted = true;
    agreement.terms = hello.terms;
    agreement.expiresInMs = hello.expiresInMs;
    this.#around.conversations.identify(hello.userId);
    this.#around.onGreeted(agreement.dialId);
    this.#joins.askAll(agreement);
  }

  #whenJoined(frame: Extract<InboundFrame, { type: 'joined' }>): void {
    const conversation = this.#around.conversations.get(frame.conversationId);
    const changes = this.#joins.take(conversation, frame);
    if (conversation !== null && changes !== null) {
      this.report(conversation, changes);
      this.#streams.expect(conversation);
    }
    this.#joins.conclude();
  }

  #whenReady(agreement: Agreement): void {
    this.#around.dispatch({
      type: 'joined',
      dialId: agreement.dialId,
      recovered: agreement.recovered,
      canRenewInBand: agreement.terms.inBandToken && this.#around.options.token !== null,
      expiresInMs: agreement.expiresInMs ?? this.#around.tokenExpiresInMs(agreement.dialId),
    });
  }

  #whenPong(agreement: Agreement, latest: ReadonlyMap<string, number> | null): void {
    this.#around.dispatch({ type: 'life-seen', dialId: agreement.dialId, isPong: true });
    if (latest === null) return;
    for (const [conversationId, seq] of latest) {
      const conversation = this.#around.conversations.get(conversationId);
      if (conversation !== null) this.#followUps.take(conversation, conversation.inbox.noteHead(seq));
    }
  }

  /** An ack that names another place than the log did is followed by a look at the log. */
  #whenAcked(agreement: Agreement, frame: Extract<InboundFrame, { type: 'ack' }>): void {
    const { sender, conversations, readMarks } = this.#around;
    const { clientMessageId, id, seq, duplicate } = frame;
    const echo = agreement.echoes.get(clientMessageId);
    agreement.echoes.delete(clientMessageId);
    if (echo !== undefined && ((id !== null && id !== echo.id) || (seq !== null && seq !== echo.seq))) {
      this.#tell(conversations.get(echo.conversationId), () => [{ type: 'contradiction' }]);
    }
    sender.ack({ clientMessageId, id, seq, duplicate }, true);
    readMarks.confirm(clientMessageId);
    for (const conversation of conversations.list())
      this.#followUps.take(conversation, conversation.inbox.takeDoubts());
  }

  #tell(
    conversation: ConversationState | null,
    apply: (state: ConversationState) => readonly InboxChange[] | null,
  ): void {
    const changes = conversation === null ? null : apply(conversation);
    if (conversation !== null && changes !== null) this.report(conversation, changes);
  }

  /** An own message found in a page is as good as its ack, wherever it stands. */
  #takePage(frame: Extract<InboundFrame, { type: 'history-page' }>): void {
    const { conversations, sender, pages, onTouched } = this.#around;
    const conversation = conversations.get(frame.conversationId);
    if (conversation === null) return;
    if (pages.take(conversation, frame)) onTouched('now');
    for (const { clientMessageId, id, senderId, seq } of frame.messages) {
      const isOwn = senderId !== null && senderId === conversations.selfId;
      if (isOwn && clientMessageId !== null) sender.ack({ clientMessageId, id, seq, duplicate: false });
    }
  }

  #reject(agreement: Agreement, reason: FrameFault, sizeChars: number): void {
    this.#around.metrics.framesRejected += 1;
    this.#around.onFrameRejected(reason, sizeChars);
    agreement.badFrames += 1;
    if (agreement.badFrames < BAD_FRAMES_MAX) return;
    this.#around.dispatch({ type: 'connection-failed', dialId: agreement.dialId, kind: 'bad-frames' });
  }
}
