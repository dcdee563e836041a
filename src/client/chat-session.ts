/**
 * The parts of a client, wired to each other: what one part tells, the others hear. A part decides nothing about
 * another; what more than one part must do about an event is in the `#when…` methods.
 */

import type { DialId } from '../core/connection/state.js';
import type { OutboundFrame } from '../core/frame.js';
import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { FrameFault } from '../ports/protocol.js';
import type { ChatMessage } from './chat-message.js';
import type { ChatSnapshot } from './chat-snapshot.js';
import { type ChatSocketEvents, EVENTS } from './chat-socket-events.js';
import { Link } from './connection/link.js';
import { type Explanation, explainConnection } from './explain.js';
import { LogoutWatch } from './logout-watch.js';
import { MetricsCounter } from './metrics.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import type { ConversationState } from './receiving/conversation-state.js';
import { Conversations } from './receiving/conversations.js';
import { type MessagesOptions, readMessages } from './receiving/message-reader.js';
import { OlderPages } from './receiving/older-pages.js';
import { ReadMarks } from './receiving/read-marks.js';
import { Receiver } from './receiving/receiver.js';
import { StreamStops } from './receiving/stream-stops.js';
import { Typing } from './receiving/typing.js';
import { RecentTrouble } from './recent-trouble.js';
import { DeliveryReports } from './sending/delivery-reports.js';
import { Sender } from './sending/sender.js';
import { Announcer } from './telling/announcer.js';
import { InboxReports } from './telling/inbox-reports.js';
import { Listeners } from './telling/listeners.js';
import { Turn } from './telling/turn.js';
import { Views } from './telling/views.js';

export class ChatSession<Metadata = unknown> {
  readonly options: ResolvedOptions;
  readonly turn = new Turn();
  readonly metrics = new MetricsCounter();
  readonly listeners: Listeners<ChatSocketEvents<Metadata>>;
  readonly announcer: Announcer;
  readonly conversations: Conversations;
  readonly views: Views;
  // What goes out.
  readonly #deliveries: DeliveryReports;
  readonly sender: Sender;
  // What comes in.
  readonly #reports: InboxReports;
  readonly typing: Typing;
  readonly readMarks: ReadMarks;
  readonly pages: OlderPages;
  readonly streamStops: StreamStops;
  readonly #receiver: Receiver;
  // The connection below both.
  readonly link: Link;
  readonly logoutWatch: LogoutWatch;
  readonly recentTrouble = new RecentTrouble();

  constructor(options: ResolvedOptions) {
    const { turn, metrics } = this;
    const clock = turn.stopClock(options.clock);
    this.options = { ...options, clock };
    const send = (frame: OutboundFrame) => this.link.sendWhenOpen(frame);
    const onChanged = (urgency: 'soon' | 'now') => this.views.mark(urgency);

    const listeners = new Listeners<ChatSocketEvents>(EVENTS, (thrown, event) =>
      this.announcer.listenerThrew(thrown, event),
    );
    // Safe as far as the application is right about its own metadata, here and in what is shown and read below.
    this.listeners = listeners as Listeners<ChatSocketEvents<Metadata>>;
    this.announcer = new Announcer(turn, listeners, options);
    this.conversations = new Conversations(this.options);
    const { announcer, conversations } = this;
    this.views = this.#makeViews();

    const join = (conversationId: string) => this.join(conversationId);
    this.#deliveries = new DeliveryReports({ clock, conversations, metrics, announcer, join, onChanged });
    this.sender = this.#makeSender();

    this.#reports = new InboxReports({ metrics, sender: this.sender, announcer, onChanged });
    const onTyping = (conversation: ConversationState) => this.#reports.typingChanged(conversation);
    this.typing = new Typing({ clock, turn, conversations, send, onChanged: onTyping });
    this.readMarks = new ReadMarks({ clock, turn, send });
    this.pages = new OlderPages({
      clock,
      turn,
      send,
      isOpen: () => this.link.isOpen,
      onChanges: (...changed) => this.#receiver.report(...changed),
    });
    this.streamStops = this.#makeStops();
    this.#receiver = this.#makeReceiver();

    this.link = this.#makeLink();
    const onLogout = () => turn.run(() => this.#whenLoggedOutElsewhere(false));
    const { tabChannel: openChannel } = options;
    this.logoutWatch = new LogoutWatch({ namespace: options.outbox.namespace, openChannel, onLogout });
  }

  /** The longest content that protocol, options and server allow. */
  get contentLengthMax(): number {
    const announced = this.#receiver.terms.contentLengthMax ?? Number.POSITIVE_INFINITY;
    return Math.min(announced, this.options.outbox.contentLengthMax);
  }

  explain(): Explanation {
    const { link, recentTrouble, metrics, sender } = this;
    return explainConnection(link.view, this.options.clock.nowMs(), {
      found: link.inquiry.found,
      dialWords: recentTrouble.dialWords,
      unread: recentTrouble.unread,
      framesTooBig: metrics.framesTooBig,
      sendsAgainAtMs: sender.pausedUntilMs,
    });
  }

  /** A turn that a user's call begins. */
  act<Result>(work: () => Result): Result {
    if (this.link.isDisposed) {
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

  /** What a conversation shows; the connection alone for null. */
  snapshot(conversationId: string | null): ChatSnapshot<Metadata> {
    return this.views.snapshot(conversationId) as ChatSnapshot<Metadata>;
  }

  readMessages(conversationId: string | null, options?: MessagesOptions): AsyncIterable<ChatMessage<Metadata>> {
    // Safe: only payloads are read.
    const listeners = this.listeners as Listeners<ChatSocketEvents>;
    const isDisposed = () => this.link.isDisposed;
    const onEnded = (callback: () => void) => this.link.waits.onEnded(callback);
    const messages = this.act(() => readMessages({ listeners, conversationId, isDisposed, onEnded }, options));
    return messages as AsyncIterable<ChatMessage<Metadata>>;
  }

  /** Forgets what this user said and saw. */
  forget(): void {
    this.sender.forget(new ChatSocketError('delivery/cleared', 'The outbox was cleared by logout().'));
    this.conversations.forget();
    this.readMarks.forget();
    this.options.transport.forget?.();
    this.views.mark('now');
  }

  /** Another tab did it. Where it did so before this client came back, a wish for a connection is one of after it. */
  #whenLoggedOutElsewhere(wasBefore: boolean): void {
    const { status } = this.link.state;
    this.forget();
    this.link.dispatch({ type: 'close-requested' });
    this.logoutWatch.close();
    void this.sender.release(false);
    if (wasBefore && (status === 'connecting' || status === 'open')) this.link.dispatch({ type: 'connect-requested' });
  }

  #whenOpened(dialId: DialId): void {
    this.recentTrouble.forget();
    this.sender.open(dialId, this.#receiver.terms);
    this.readMarks.gainConnection();
  }

  #whenTakenOver(dialId: DialId): void {
    this.streamStops.loseConnection();
    this.#receiver.use(dialId);
    this.sender.hold();
  }

  #whenDrained(dialId: DialId): void {
    this.sender.loseConnection();
    this.readMarks.loseConnection();
    this.#whenOpened(dialId);
    this.pages.repeat();
    this.views.mark('now');
  }

  #whenDialLeft(dialId: DialId, wasOpen: boolean): void {
    this.streamStops.loseConnection();
    this.#receiver.end(dialId);
    // Others may be heard before this client is open.
    this.typing.loseConnection();
    if (!wasOpen) return;
    this.sender.loseConnection();
    this.readMarks.loseConnection();
    this.pages.loseConnection();
    this.views.mark('now');
  }

  #whenFrameRejected(reason: FrameFault, sizeChars: number): void {
    if (!this.link.isOpen) this.recentTrouble.noteFrame(reason);
    this.announcer.emit('frame-rejected', { reason, sizeChars });
  }

  #makeViews(): Views {
    const { options, turn, conversations, announcer } = this;
    return new Views({
      clock: options.clock,
      turn,
      notifyIntervalMs: options.inbox.notifyIntervalMs,
      conversations,
      shared: () => ({
        connection: this.link.view,
        outbox: this.sender.outbox,
        failedCount: this.sender.failedCount,
      }),
      onListenerThrew: (thrown) => announcer.listenerThrew(thrown, 'subscribe'),
    });
  }

  #makeSender(): Sender {
    const { options, turn, announcer } = this;
    return new Sender({
      options,
      turn,
      reports: this.#deliveries,
      send: (dialId, frame) => {
        if (frame.type === 'send') this.#receiver.hasten(dialId, frame.conversationId);
        return this.link.send(dialId, frame);
      },
      bufferedBytes: (dialId) => this.link.bufferedBytes(dialId),
      onAckOverdue: (dialId, hasProbed) =>
        this.link.dispatch(
          hasProbed ? { type: 'connection-failed', dialId, kind: 'ack-overdue' } : { type: 'probe-requested', dialId },
        ),
      onDrained: (dialId) => this.link.dispatch({ type: 'drained', dialId }),
      onWiped: (wasBefore) => this.#whenLoggedOutElsewhere(wasBefore),
      onTrouble: (error) => announcer.trouble(error),
    });
  }

  #makeStops(): StreamStops {
    return new StreamStops({
      conversations: this.conversations,
      send: (dialId, frame) => this.link.send(dialId, frame),
      onChanges: (conversation, changes) => {
        this.#receiver.report(conversation, changes);
        this.views.mark('now');
      },
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
      pages: this.pages,
      readMarks: this.readMarks,
      streamStops: this.streamStops,
      dispatch: (event) => this.link.dispatch(event),
      isPulseInDoubt: () => this.link.isPulseInDoubt,
      send: (dialId, frame) => this.link.send(dialId, frame),
      tokenExpiresInMs: (dialId) => this.link.tokenExpiresInMs(dialId),
      onGreeted: (dialId) => this.streamStops.gainConnection(dialId),
      onChange: (conversation, change) => this.#reports.changed(conversation, change),
      onTouched: (urgency) => this.views.mark(urgency),
      onTyping: (frame) => this.typing.receive(frame),
      onTokenRenewed: (expiresInMs) => announcer.emit('token-renewed', { expiresInMs }),
      onFrameRejected: (reason, sizeChars) => this.#whenFrameRejected(reason, sizeChars),
      onTrouble: (error) => announcer.trouble(error),
    });
  }

  #makeLink(): Link {
    const { options, turn, metrics, sender, announcer } = this;
    return new Link({
      options,
      turn,
      metrics,
      sender,
      receiver: this.#receiver,
      onStepped: (before, after, view) => {
        sender.follow(after.status);
        if (after.status === 'connecting') this.logoutWatch.open();
        announcer.connectionChanged(before, after, view);
      },
      onOpened: (dialId) => this.#whenOpened(dialId),
      onTakenOver: (dialId) => this.#whenTakenOver(dialId),
      onDrained: (dialId) => this.#whenDrained(dialId),
      onDialLeft: (dialId, wasOpen) => this.#whenDialLeft(dialId, wasOpen),
      onViewChanged: () => this.views.mark('now'),
      onTrouble: (error) => {
        this.recentTrouble.noteDial(error);
        announcer.trouble(error);
      },
    });
  }
}
