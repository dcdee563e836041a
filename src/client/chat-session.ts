/** The parts of a client, wired to each other: what one part tells, the others hear. */

import type { ConnectionState, DialId } from '../core/connection/state.js';
import type { OutboundFrame } from '../core/frame.js';
import type { ToldChange } from '../core/inbox/inbox-change.js';
import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { ChatSnapshot } from './chat-snapshot.js';
import type { ChatSocketEvents } from './chat-socket-events.js';
import { ConnectionLoop } from './connection/connection-loop.js';
import { isSameView, viewConnection } from './connection/connection-view.js';
import { ConnectionWaits } from './connection/connection-waits.js';
import { ConnectionWatch } from './connection/connection-watch.js';
import { Dials } from './connection/dials.js';
import { OfflineNotice } from './connection/offline-notice.js';
import { PageWatch } from './connection/page-watch.js';
import { MetricsCounter } from './metrics.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import type { ConversationState } from './receiving/conversation-state.js';
import { Conversations } from './receiving/conversations.js';
import { OlderPages } from './receiving/older-pages.js';
import { ReadMarks } from './receiving/read-marks.js';
import { Receiver } from './receiving/receiver.js';
import { Typing } from './receiving/typing.js';
import { DeliveryReports } from './sending/delivery-reports.js';
import { Sender } from './sending/sender.js';
import { Announcer } from './telling/announcer.js';
import { Listeners } from './telling/listeners.js';
import { Turn } from './telling/turn.js';
import { Views } from './telling/views.js';

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
  readonly #deliveries: DeliveryReports;
  readonly #receiver: Receiver;
  readonly #dials: Dials;
  readonly #watch: ConnectionWatch;
  readonly #notice: OfflineNotice;
  #connection: ChatSnapshot['connection'];

  constructor(options: ResolvedOptions) {
    this.options = options;
    const { turn, metrics } = this;
    const { clock, inbox, policy } = options;
    this.listeners = new Listeners((thrown, event) => this.#whenListenerThrew(thrown, event));
    this.announcer = new Announcer(turn, this.listeners, options.logger);
    this.conversations = new Conversations(options);
    const { announcer, conversations } = this;
    const send = (frame: OutboundFrame) => this.#sendWhenOpen(frame);
    const onChanged = (urgency: 'soon' | 'now') => this.views.mark(urgency);
    this.typing = new Typing({
      clock,
      turn,
      conversations,
      send,
      onChanged: (conversation) => this.#whenTypingChanged(conversation),
    });
    this.readMarks = new ReadMarks({ clock, turn, send });
    this.pages = new OlderPages({ clock, turn, send, isOpen: () => this.loop.state.status === 'open' });
    this.#deliveries = new DeliveryReports({ clock, conversations, metrics, announcer, onChanged });
    this.sender = this.#makeSender();
    this.#receiver = this.#makeReceiver();
    this.#dials = this.#makeDials();
    this.#watch = this.#makeWatch();
    this.#notice = new OfflineNotice(clock, turn, () => this.#refreshConnection());
    this.loop = this.#makeLoop();
    this.#connection = { ...viewConnection(this.loop.state, policy.attemptsMax), showOffline: false };
    this.pageWatch = new PageWatch(options.pageSignals, (event) => turn.run(() => this.loop.dispatch(event)));
    this.views = new Views({
      clock,
      turn,
      notifyIntervalMs: inbox.notifyIntervalMs,
      conversations,
      shared: () => ({
        connection: this.#connection,
        outbox: this.sender.outbox,
        failedCount: this.#deliveries.failedCount,
      }),
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

  /** A turn that a user's call begins. */
  act<Result>(work: () => Result): Result {
    if (this.loop.isDisposed) {
      throw new ChatSocketError('usage/disposed', 'Cannot use this client: it was disposed. Make a new one.');
    }
    return this.turn.run(work);
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
    this.#deliveries.forget();
    this.views.mark('now');
  }

  #makeSender(): Sender {
    const { options, turn } = this;
    return new Sender({
      options,
      turn,
      send: (dialId, frame) => this.#send(dialId, frame),
      bufferedBytes: (dialId) => this.#dials.bufferedBytes(dialId),
      onDelivery: (entry, delivery) => this.#deliveries.progressed(entry, delivery),
      onAcked: (entry, receipt) => this.#deliveries.acked(entry, receipt),
      onFailed: (entry, error) => this.#deliveries.failed(entry, error),
      onAckOverdue: (dialId, hasProbed) =>
        this.loop.dispatch(
          hasProbed ? { type: 'connection-failed', dialId, kind: 'ack-overdue' } : { type: 'probe-requested', dialId },
        ),
    });
  }

  #makeReceiver(): Receiver {
    const { options, turn, conversations, sender, metrics, announcer } = this;
    return new Receiver({
      options,
      turn,
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
      onPage: (conversation, frame) => {
        if (this.pages.take(conversation, frame)) this.views.mark('now');
      },
      onPageRefused: (conversationId, error) => this.pages.refuse(conversationId, error),
      onTokenRenewed: (expiresInMs) => announcer.emit('token-renewed', { expiresInMs }),
      onFrameRejected: (reason, sizeChars) => announcer.emit('frame-rejected', { reason, sizeChars }),
      onTrouble: (error) => announcer.trouble(error),
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

  #makeWatch(): ConnectionWatch {
    const { options, metrics, sender } = this;
    return new ConnectionWatch({
      clock: options.clock,
      metrics,
      sender,
      onJoining: (dialId) => this.#beginDialogue(dialId),
      onOpened: (dialId) => {
        sender.open(dialId, this.#receiver.terms);
        this.readMarks.gainConnection();
      },
      onDialLeft: (wasOpen) => this.#leaveDial(wasOpen),
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
    this.#watch.follow(before, after);
    this.#notice.follow(after);
    this.pageWatch.follow(after);
    this.#refreshConnection();
    this.announcer.connectionChanged(before, after, this.#connection);
    this.waits.follow(after);
  }

  #beginDialogue(dialId: DialId): void {
    this.#receiver.begin(dialId);
    const token = this.options.protocol.tokenIn === 'first-frame' ? this.#dials.takeToken(dialId) : null;
    if (token !== null) this.#send(dialId, { type: 'authenticate', token });
  }

  #leaveDial(wasOpen: boolean): void {
    this.#receiver.end();
    if (!wasOpen) return;
    this.sender.loseConnection();
    this.typing.loseConnection();
    this.readMarks.loseConnection();
    this.pages.loseConnection();
    for (const conversation of this.conversations.list()) conversation.inbox.streams.stall();
    this.views.mark('now');
  }

  #whenInboxChanged(conversation: ConversationState, change: ToldChange): void {
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

  #send(dialId: DialId, frame: OutboundFrame): boolean | null {
    const text = this.options.protocol.encode(frame, this.#receiver.terms);
    if (text === null) return null;
    this.metrics.countFrameOut(text.length);
    if (frame.type !== 'send') this.sender.countFrame();
    return this.#dials.send(dialId, text);
  }

  #whenListenerThrew(thrown: unknown, event: string): void {
    const reason = `A listener of ${event} threw; the others were called all the same. See cause.`;
    const error = new ChatSocketError('usage/listener-threw', reason, { cause: thrown });
    // A listener of `error` that throws must not be told of itself.
    if (event === 'error') this.options.logger?.('error', error.message, { code: error.code });
    else this.turn.run(() => this.announcer.trouble(error));
  }
}
