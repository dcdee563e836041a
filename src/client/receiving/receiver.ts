/** Reads what the open socket brings: hello and joins first, then frames for conversations, outbox and machine. */

import type { ConnectionEvent } from '../../core/connection/event.js';
import type { DialId } from '../../core/connection/state.js';
import type { InboundFrame, OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { InboxChange, ToldChange } from '../../core/inbox/inbox-change.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { FrameFault } from '../../ports/protocol.js';
import type { MetricsCounter } from '../metrics.js';
import { NamedTimers } from '../named-timers.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Sender } from '../sending/sender.js';
import type { Turn } from '../telling/turn.js';
import { Agreement, BASE_TERMS } from './agreement.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';
import { Refusals } from './refusals.js';
import { StreamFrames } from './stream-frames.js';

/** This many unreadable frames in a row mean that the peer is not what we think it is. */
const BAD_FRAMES_MAX = 20;
const JOIN_LIMIT = 100;
/** A join on an open connection that is not answered by then is asked again. */
const JOIN_TIMEOUT_MS = 5_000;
export interface ReceiverSurroundings {
  readonly options: ResolvedOptions;
  readonly conversations: Conversations;
  readonly sender: Sender;
  readonly turn: Turn;
  readonly metrics: MetricsCounter;
  readonly dispatch: (event: ConnectionEvent) => void;
  readonly isPulseInDoubt: () => boolean;
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  readonly tokenExpiresInMs: (dialId: DialId) => number | null;
  /** The server listens, and nothing was asked of it yet. */
  readonly onGreeted: (dialId: DialId) => void;
  readonly onChange: (conversation: ConversationState, change: ToldChange) => void;
  readonly onTouched: (conversation: ConversationState) => void;
  readonly onTyping: (conversationId: string, userId: string, isTyping: boolean) => void;
  readonly onPage: (conversation: ConversationState, frame: Extract<InboundFrame, { type: 'history-page' }>) => void;
  readonly onPageRefused: (conversationId: string, error: ChatSocketError) => boolean;
  readonly onTokenRenewed: (expiresInMs: number | null) => void;
  readonly onFrameRejected: (reason: FrameFault, sizeChars: number) => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class Receiver {
  readonly #around: ReceiverSurroundings;
  readonly #refusals: Refusals;
  readonly #streams: StreamFrames;
  /** Joins that are to be sent again, one timer a conversation. */
  readonly #timers: NamedTimers<string>;
  #agreement: Agreement | null = null;
  #heardAtMs = 0;

  constructor(around: ReceiverSurroundings) {
    this.#around = around;
    const { options, turn, conversations, sender, dispatch, onPageRefused, onTrouble } = around;
    this.#timers = new NamedTimers(options.clock, (id) =>
      turn.run(() => {
        const conversation = conversations.get(id);
        if (conversation !== null) this.#askJoin(conversation);
      }),
    );
    this.#streams = new StreamFrames({
      clock: options.clock,
      turn,
      conversations,
      onChanges: (conversation, changes) => this.report(conversation, changes),
    });
    this.#refusals = new Refusals({
      sender,
      dispatch,
      onJoinPostponed: (conversationId, delayMs) => this.#timers.start(conversationId, delayMs),
      onJoinRefused: (conversationId) => this.#settleJoin(conversationId),
      onPageRefused,
      onTrouble,
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
    this.#timers.stopAll();
    this.#streams.loseConnection();
  }

  readText(dialId: DialId, text: string): void {
    const agreement = this.#agreement;
    if (agreement?.dialId !== dialId) return;
    this.#heardAtMs = this.#around.options.clock.nowMs();
    this.#around.metrics.countFrameIn(text.length);
    if (this.#around.isPulseInDoubt()) this.#around.dispatch({ type: 'life-seen', dialId, isPong: false });
    if (text.length > this.#around.options.inbox.frameBytesMax) return this.#reject(agreement, 'too-big', text.length);
    const decoded = this.#around.options.protocol.decode(text);
    if (!decoded.ok) return this.#reject(agreement, decoded.reason, text.length);
    agreement.badFrames = 0;
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
    if (this.#agreement?.joining.has(conversation.id) === false) this.#askJoin(conversation);
  }

  /** Tells what changed in a conversation, and asks the server for what is missing. */
  report(conversation: ConversationState, changes: readonly InboxChange[]): void {
    for (const change of changes) {
      if (change.type === 'rejoin-needed') this.join(conversation);
      else this.#around.onChange(conversation, change);
      if (this.#streams.follow(change)) this.join(conversation);
    }
    this.#around.onTouched(conversation);
  }

  #askJoin(conversation: ConversationState): void {
    const agreement = this.#agreement;
    if (agreement === null || !agreement.hasGreeted) return;
    const { inbox } = conversation;
    const isAsked = this.#around.send(agreement.dialId, {
      type: 'join',
      conversationId: conversation.id,
      after: inbox.cursor,
      streams: inbox.streams.offsets(),
      limit: Math.min(JOIN_LIMIT, this.#around.options.inbox.historyMax),
    });
    if (isAsked !== true) return;
    inbox.startJoin();
    agreement.joining.add(conversation.id);
    // Before `open` the attempt's own deadline watches over the joins.
    if (agreement.isReady) this.#timers.start(conversation.id, JOIN_TIMEOUT_MS);
  }

  #settleJoin(conversationId: string): void {
    this.#timers.stop(conversationId);
    if (this.#agreement?.joining.delete(conversationId)) this.#checkReady(this.#agreement);
  }

  #take(agreement: Agreement, frame: InboundFrame): void {
    if (frame.type === 'hello') return this.#greet(agreement, frame);
    if (!agreement.hasGreeted && frame.type !== 'refused' && frame.type !== 'server-restarting') return;
    switch (frame.type) {
      case 'joined':
        return this.#whenJoined(agreement, frame);
      case 'refused':
        return this.#refusals.take(agreement, frame);
      case 'ack': {
        const { clientMessageId, id, seq, duplicate } = frame;
        return this.#around.sender.ack({ clientMessageId, id, seq, duplicate }, true);
      }
      case 'message':
      case 'message-updated':
      case 'message-deleted':
      case 'read':
      case 'stream-start':
        return this.#tell(this.#around.conversations.get(frame.conversationId), ({ inbox }) => inbox.receive(frame));
      case 'stream-delta':
      case 'stream-snapshot':
      case 'stream-end':
        return this.#streams.take(frame);
      case 'history-page':
        return this.#takePage(frame);
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
      case 'range':
      case 'unknown':
        return;
    }
  }

  #greet(agreement: Agreement, hello: Extract<InboundFrame, { type: 'hello' }>): void {
    if (agreement.hasGreeted) return;
    agreement.hasGreeted = true;
    agreement.terms = hello.terms;
    agreement.expiresInMs = hello.expiresInMs;
    this.#around.conversations.identify(hello.userId);
    this.#around.onGreeted(agreement.dialId);
    for (const conversation of this.#around.conversations.list()) this.join(conversation);
    this.#checkReady(agreement);
  }

  #whenJoined(agreement: Agreement, frame: Extract<InboundFrame, { type: 'joined' }>): void {
    const wasAsked = agreement.joining.delete(frame.conversationId);
    this.#timers.stop(frame.conversationId);
    const conversation = this.#around.conversations.get(frame.conversationId);
    if (!wasAsked) return;
    if (conversation !== null) {
      const { recovered, changes } = conversation.inbox.join(frame);
      agreement.noteRecovery(recovered);
      this.report(conversation, changes);
    }
    this.#checkReady(agreement);
  }

  /** Open means: greeted, and every conversation is where it was. */
  #checkReady(agreement: Agreement): void {
    if (agreement.isReady || agreement.joining.size > 0) return;
    agreement.isReady = true;
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
      if (conversation?.inbox.isBehind(seq)) this.join(conversation);
    }
  }

  #tell(conversation: ConversationState | null, apply: (state: ConversationState) => readonly InboxChange[]): void {
    if (conversation !== null) this.report(conversation, apply(conversation));
  }

  /** An own message found in a page is as good as its ack, wherever it stands. */
  #takePage(frame: Extract<InboundFrame, { type: 'history-page' }>): void {
    const { conversations, sender, onPage } = this.#around;
    const conversation = conversations.get(frame.conversationId);
    if (conversation === null) return;
    onPage(conversation, frame);
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
