/** The parts of a client, wired to each other: what one part tells, the others hear. */

import type { ConnectionState } from '../core/connection/state.js';
import { currentDialId } from '../core/connection/transition.js';
import type { OutboundFrame } from '../core/frame.js';
import type { InboxChange } from '../core/inbox/inbox-change.js';
import { ChatSocketError } from '../errors/chat-socket-error.js';
import { Announcer } from './announcer.js';
import type { ChatSnapshot } from './chat-snapshot.js';
import type { ChatSocketEvents } from './chat-socket-events.js';
import { ConnectionLoop } from './connection-loop.js';
import { viewConnection } from './connection-view.js';
import { ConnectionWaits } from './connection-waits.js';
import type { ConversationState } from './conversation-state.js';
import { Conversations } from './conversations.js';
import { Dials } from './dials.js';
import { Listeners } from './listeners.js';
import { toMessageFailure } from './message-error.js';
import { MetricsCounter } from './metrics.js';
import { OfflineNotice } from './offline-notice.js';
import { OlderPages } from './older-pages.js';
import { PageWatch } from './page-watch.js';
import { ReadMarks } from './read-marks.js';
import { Receiver } from './receiver.js';
import type { ResolvedOptions } from './resolve-options.js';
import { Sender } from './sender.js';
import { Turn } from './turn.js';
import { Typing } from './typing.js';
import { Views } from './views.js';

export class ChatSession {
  readonly options: ResolvedOptions;
  readonly turn = new Turn();
  readonly metrics = new MetricsCounter();
  readonly waits = new ConnectionWaits();
  readonly listeners: Listeners<ChatSocketEvents>;
  readonly announcer: Announcer;
  readonly conversations: Conversations;
  readonly typing: Typing;
  readonly readMarks: ReadMarks;
  readonly pages: OlderPages;
  readonly sender: Sender;
  readonly loop: ConnectionLoop;
  readonly views: Views;
  readonly pageWatch: PageWatch;
  readonly #receiver: Receiver;
  readonly #dials: Dials;
  readonly #notice: OfflineNotice;
  #connection: ChatSnapshot['connection'];
  #failedCount = 0;
  #dialBeganAtMs = 0;

  constructor(options: ResolvedOptions) {
    this.options = options;
    const { turn } = this;
    const { clock } = options;
    this.listeners = new Listeners((thrown, event) => this.#whenListenerThrew(thrown, event));
    this.announcer = new Announcer(turn, this.listeners, options.logger);
    this.conversations = new Conversations(options);
    const send = (frame: OutboundFrame) => this.#sendWhenOpen(frame);
    this.typing = new Typing({
      clock,
      turn,
      conversations: this.conversations,
      send,
      onChanged: (conversation) => this.#whenTypingChanged(conversation),
    });
    this.readMarks = new ReadMarks({ clock, turn, send });
    this.pages = new OlderPages(send);
    this.sender = this.#makeSender();
    this.#receiver = this.#makeReceiver();
    this.#dials = this.#makeDials();
    this.loop = this.#makeLoop();
    this.#notice = new OfflineNotice(clock, turn, () => this.#refreshConnection());
    this.#connection = { ...viewConnection(this.loop.state, options.policy.attemptsMax), showOffline: false };
    this.pageWatch = new PageWatch(options.pageSignals, (event) => turn.run(() => this.loop.dispatch(event)));
    this.views = new Views({
      clock,
      turn,
      notifyIntervalMs: options.inbox.notifyIntervalMs,
      conversations: this.conversations,
      shared: () => ({ connection: this.#connection, outbox: this.sender.outbox, failedCount: this.#failedCount }),
      onListenerThrew: (thrown) => this.#whenListenerThrew(thrown, 'subscribe'),
    });
  }

  get connection(): ChatSnapshot['connection'] {
    return this.#connection;
  }

  /** The longest content that protocol, options and server allow. */
  get contentLengthMax(): number {
    const announced = this.#receiver.terms.contentLengthMax ?? Number.POSITIVE_INFINITY;
    return Math.min(announced, this.options.outbox.contentLengthMax);
  }

  /** Takes part in a conversation; joined at once if there is a connection. */
  join(conversationId: string): ConversationState {
    const known = this.conversations.get(conversationId);
    if (known !== null) return known;
    const conversation = this.conversations.open(conversationId);
    this.turn.run(() => this.#receiver.join(conversation));
    return conversation;
  }

  stopStream(conversation: ConversationState, messageId: string | null): void {
    const id = messageId ?? conversation.inbox.streams.latestId();
    if (id === null || !conversation.inbox.streams.stop(id)) return;
    this.#sendWhenOpen({ type: 'cancel-stream', conversationId: conversation.id, messageId: id });
    this.announcer.emit('stream-ended', { conversationId: conversation.id, messageId: id, status: 'stopped' });
    this.views.mark('now');
  }

  /** Forgets what this user said and saw. */
  forget(): void {
    this.sender.clear(new ChatSocketError('delivery/cleared', 'The outbox was cleared by logout().'));
    this.conversations.forget();
    this.readMarks.forget();
    this.#failedCount = 0;
    this.views.mark('now');
  }

  #makeSender(): Sender {
    const { options, turn, metrics } = this;
    return new Sender({
      options,
      turn,
      send: (dialId, frame) => this.#send(dialId, frame),
      bufferedBytes: (dialId) => this.#dials.bufferedBytes(dialId),
      onDelivery: (entry, delivery) => {
        this.conversations.get(entry.conversationId)?.inbox.messages.setDelivery(entry.id, delivery, null);
        this.views.mark('soon');
      },
      onAcked: (entry, receipt) => {
        const conversation = this.conversations.get(entry.conversationId);
        conversation?.inbox.messages.confirm(entry.id, receipt.id, receipt.seq);
        if (entry.sent !== null) metrics.timeAck(options.clock.nowMs() - entry.sent.atMs);
        this.announcer.emit('message-acked', {
          conversationId: entry.conversationId,
          clientMessageId: entry.id,
          receipt,
        });
        this.views.mark('soon');
      },
      onFailed: (entry, error) => {
        const { conversationId, id: clientMessageId } = entry;
        const inbox = this.conversations.get(conversationId)?.inbox;
        if (error.code === 'delivery/cancelled') inbox?.dropOwn(clientMessageId);
        else {
          inbox?.messages.setDelivery(clientMessageId, 'failed', toMessageFailure(error));
          this.#failedCount += 1;
        }
        this.announcer.emit('message-failed', { conversationId, clientMessageId, error });
        this.views.mark('now');
      },
      onAckOverdue: (dialId, hasProbed) =>
        this.loop.dispatch(
          hasProbed ? { type: 'connection-failed', dialId, kind: 'ack-overdue' } : { type: 'probe-requested', dialId },
        ),
    });
  }

  #makeReceiver(): Receiver {
    const { options, conversations, sender, metrics } = this;
    return new Receiver({
      options,
      conversations,
      sender,
      metrics,
      dispatch: (event) => this.loop.dispatch(event),
      isPulseInDoubt: () => this.loop.isPulseInDoubt,
      send: (dialId, frame) => this.#send(dialId, frame),
      tokenExpiresInMs: (dialId) => this.#dials.expiresInMs(dialId),
      onChange: (conversation, change) => this.#whenInboxChanged(conversation, change),
      onTouched: () => this.views.mark('soon'),
      onTyping: (conversationId, userId, isTyping) => this.typing.receive(conversationId, userId, isTyping),
      onPage: (frame) => {
        const conversation = conversations.get(frame.conversationId);
        if (conversation !== null && this.pages.take(conversation, frame)) this.views.mark('now');
      },
      onTokenRenewed: (expiresInMs) => this.announcer.emit('token-renewed', { expiresInMs }),
      onFrameRejected: (reason, sizeChars) => this.announcer.emit('frame-rejected', { reason, sizeChars }),
      onTrouble: (error) => this.announcer.trouble(error),
    });
  }

  #makeDials(): Dials {
    return new Dials({
      options: this.options,
      turn: this.turn,
      dispatch: (event) => this.loop.dispatch(event),
      onText: (dialId, text) => this.#receiver.readText(dialId, text),
      onBinary: (dialId) => this.#receiver.readBinary(dialId),
      onRenewal: (dialId, token) => this.#send(dialId, { type: 'authenticate', token }),
      onTrouble: (error) => this.announcer.trouble(error),
    });
  }

  #makeLoop(): ConnectionLoop {
    const { clock, random, pageSignals, policy } = this.options;
    return new ConnectionLoop({
      clock,
      random,
      pageSignals,
      policy,
      turn: this.turn,
      heardAtMs: () => this.#receiver.heardAtMs,
      onStep: (before, after) => this.#whenStepped(before, after),
      perform: (command) => {
        if (command.type === 'send-ping') this.#send(command.dialId, { type: 'ping' });
        else this.#dials.perform(command);
      },
    });
  }

  #whenStepped(before: ConnectionState, after: ConnectionState): void {
    const dialBefore = currentDialId(before);
    const dialAfter = currentDialId(after);
    if (dialBefore !== dialAfter || after.status === 'closing') this.#leaveDial(before);
    if (after.record.lastDialId !== before.record.lastDialId) {
      this.metrics.dials += 1;
      this.#dialBeganAtMs = this.options.clock.nowMs();
    }
    this.#countLoss(before, after);
    if (isJoining(after) && !isJoining(before) && dialAfter !== null) this.#beginDialogue(dialAfter);
    if (after.status === 'open' && before.status !== 'open') this.#whenOpened(after.dialId);
    if (after.status === 'open' && before.status === 'open' && after.roundTripMs !== before.roundTripMs) {
      this.metrics.timeRoundTrip(after.roundTripMs ?? 0);
    }
    this.#notice.follow(after);
    this.pageWatch.follow(after);
    this.#refreshConnection();
    this.announcer.connectionChanged(before, after, this.#connection);
    this.waits.follow(after);
  }

  #beginDialogue(dialId: number): void {
    this.#receiver.begin(dialId);
    const token = this.options.protocol.tokenIn === 'first-frame' ? this.#dials.takeToken(dialId) : null;
    if (token !== null) this.#send(dialId, { type: 'authenticate', token });
  }

  #whenOpened(dialId: number): void {
    this.metrics.timeOpen(this.options.clock.nowMs() - this.#dialBeganAtMs);
    this.sender.open(dialId, this.#receiver.terms);
    this.readMarks.gainConnection();
  }

  #leaveDial(before: ConnectionState): void {
    this.#receiver.end();
    if (before.status !== 'open') return;
    this.sender.loseConnection();
    this.typing.loseConnection();
    this.readMarks.loseConnection();
    this.pages.loseConnection();
    for (const conversation of this.conversations.list()) conversation.inbox.streams.stall();
    this.views.mark('now');
  }

  #countLoss(before: ConnectionState, after: ConnectionState): void {
    const { lastCause } = after.record;
    if (lastCause === null || lastCause === before.record.lastCause) return;
    this.metrics.countLoss(lastCause.kind);
    if (lastCause.action === 'too-big') {
      this.sender.blameBiggest(
        new ChatSocketError('delivery/too-big', 'The server closed the connection because a frame was too big (1009).'),
      );
    }
  }

  #whenInboxChanged(conversation: ConversationState, change: InboxChange): void {
    if (change.type === 'rejoin-needed') return;
    if (change.type === 'duplicate') this.metrics.duplicatesDropped += 1;
    if (change.type === 'gap-lost') this.metrics.messagesLost += change.toSeq - change.fromSeq + 1;
    if (change.type === 'confirmed') {
      const { clientMessageId, id, seq } = change;
      this.sender.ack({ clientMessageId, id, seq, duplicate: false });
    }
    if (change.type === 'stream-ended') this.views.mark('now');
    this.announcer.inboxChanged(conversation, change);
  }

  #whenTypingChanged(conversation: ConversationState): void {
    this.announcer.emit('typing-changed', { conversationId: conversation.id, typing: conversation.typing });
    this.views.mark('soon');
  }

  #refreshConnection(): void {
    const view = viewConnection(this.loop.state, this.options.policy.attemptsMax);
    const next = { ...view, showOffline: this.#notice.isShown };
    if (isSameView(this.#connection, next)) return;
    this.#connection = next;
    this.views.mark('now');
  }

  #sendWhenOpen(frame: OutboundFrame): boolean | null {
    const { state } = this.loop;
    return state.status === 'open' ? this.#send(state.dialId, frame) : false;
  }

  #send(dialId: number, frame: OutboundFrame): boolean | null {
    const text = this.options.protocol.encode(frame, this.#receiver.terms);
    if (text === null) return null;
    this.metrics.countFrameOut(text.length);
    if (frame.type !== 'send') this.sender.countFrame();
    return this.#dials.send(dialId, text);
  }

  #whenListenerThrew(thrown: unknown, event: string): void {
    const error = new ChatSocketError(
      'usage/listener-threw',
      `A listener of ${event} threw; the others were called all the same. See cause.`,
      { cause: thrown },
    );
    // A listener of `error` that throws must not be told of itself.
    if (event === 'error') this.options.logger?.('error', error.message, { code: error.code });
    else this.announcer.trouble(error);
  }
}

function isJoining(state: ConnectionState): boolean {
  return state.status === 'connecting' && state.phase === 'trying' && state.attempt.phase === 'joining';
}

/** Views are flat, so comparing their values tells whether anything a user sees has changed. */
function isSameView(a: ChatSnapshot['connection'], b: ChatSnapshot['connection']): boolean {
  const before = Object.entries(a);
  const after: ReadonlyMap<string, unknown> = new Map(Object.entries(b));
  return before.length === after.size && before.every(([name, value]) => after.get(name) === value);
}
