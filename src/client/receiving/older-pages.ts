/** Pages back through history, one request a conversation at a time, with a deadline. A page belongs to its connection. */

import type { InboundFrame, OutboundFrame } from '../../core/frame.js';
import type { InboxChange } from '../../core/inbox/inbox-change.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Clock } from '../../ports/clock.js';
import type { ChatMessage } from '../chat-message.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';
import type { ConversationState } from './conversation-state.js';

/** A page that has not come by then will not come. */
const PAGE_TIMEOUT_MS = 10_000;

type HistoryPage = Extract<InboundFrame, { type: 'history-page' }>;

/** Older messages, oldest first, and whether there are more. */
export interface OlderPage<Metadata = unknown> {
  readonly messages: readonly ChatMessage<Metadata>[];
  readonly hasOlder: boolean;
}

interface Request {
  readonly conversation: ConversationState;
  /** Where the page ends; null is the end of the log. */
  readonly before: number | null;
  /** Half of it where an answer was too big. */
  readonly limit: number;
  readonly promise: Promise<OlderPage>;
  readonly resolve: (page: OlderPage) => void;
  readonly reject: (error: ChatSocketError) => void;
}

export interface PagesSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly send: (frame: OutboundFrame) => boolean | null;
  readonly isOpen: () => boolean;
  readonly onChanges: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
}

export class OlderPages {
  readonly #send: PagesSurroundings['send'];
  readonly #isOpen: PagesSurroundings['isOpen'];
  readonly #onChanges: PagesSurroundings['onChanges'];
  readonly #requests = new Map<string, Request>();
  /** Where pages end that this connection was asked for, and that nobody waits for any more. */
  readonly #unanswered = new Map<string, number[]>();
  /** One timer a conversation, named by its id. */
  readonly #timers: NamedTimers<string>;

  constructor({ clock, turn, send, isOpen, onChanges }: PagesSurroundings) {
    this.#send = send;
    this.#isOpen = isOpen;
    this.#onChanges = onChanges;
    this.#timers = new NamedTimers(clock, (id) =>
      turn.run(() => this.#abandon(id, 'the server did not answer in time; try again')),
    );
  }

  /** A second call while a page is on its way gets the same page. */
  load(conversation: ConversationState, limit: number): Promise<OlderPage> {
    const { id, inbox } = conversation;
    const underWay = this.#requests.get(id);
    if (underWay !== undefined) return underWay.promise;
    if (!this.#isOpen()) return Promise.reject(lostError('there is no connection; try again when it is open'));
    if (!inbox.hasOlder) return Promise.resolve({ messages: [], hasOlder: false });
    const request = makeRequest(conversation, limit);
    const isAsked = this.#ask(request);
    if (isAsked !== true)
      return Promise.reject(
        isAsked === null ? unsupportedError() : lostError('there is no connection; try again when it is open'),
      );
    inbox.startPage();
    this.#requests.set(id, request);
    this.#timers.start(id, PAGE_TIMEOUT_MS);
    return request.promise;
  }

  /** True if the page was asked for, and is now part of the history. */
  take(conversation: ConversationState, frame: HistoryPage): boolean {
    if (this.#isLate(conversation, frame)) return false;
    const request = this.#end(conversation.id);
    if (request === undefined) return false;
    const rows = conversation.inbox.prepend(frame);
    request.resolve({ messages: rows.map((row) => conversation.dress(row)), hasOlder: frame.hasOlder });
    return true;
  }

  /** The answer to the page that was asked for first was too big; false if none was asked for. */
  askForLess(): boolean {
    for (const [id, request] of this.#requests) {
      const { conversation, before, limit } = request;
      const skipped = limit > 1 ? [] : conversation.inbox.skipOlder();
      if (skipped === null) this.refuse(id, lostError('one message alone is longer than inbox.frameBytesMax'));
      else {
        const end = limit > 1 ? before : conversation.inbox.fromSeq;
        this.#askAnew({ ...request, before: end, limit: Math.ceil(limit / 2) });
        this.#onChanges(conversation, skipped);
      }
      return true;
    }
    return false;
  }

  /** The server will not give the page; false if none was asked for. */
  refuse(conversationId: string, error: ChatSocketError): boolean {
    const request = this.#end(conversationId);
    request?.conversation.inbox.endPage();
    request?.reject(error);
    return request !== undefined;
  }

  /** The page belongs to a history that is no more. */
  reset(conversationId: string): void {
    this.#abandon(conversationId, 'the history was replaced meanwhile; try again');
  }

  loseConnection(): void {
    this.#unanswered.clear();
    for (const id of [...this.#requests.keys()])
      this.refuse(id, lostError('there is no connection; try again when it is open'));
  }

  /** Another connection took over, and the one that was asked is gone. */
  repeat(): void {
    this.#unanswered.clear();
    for (const request of this.#requests.values()) this.#ask(request);
  }

  /** Nobody waits for the page any more. It may come all the same. */
  #abandon(id: string, why: string): void {
    const before = this.#requests.get(id)?.before ?? null;
    if (before !== null) this.#unanswered.set(id, [...(this.#unanswered.get(id) ?? []), before]);
    this.refuse(id, lostError(why));
  }

  /**
   * The answer to an earlier request, which ends where rows have been evicted since: taken for the next one's, it would
   * leave a hole. The right one holds one of those rows.
   */
  #isLate({ id, inbox }: ConversationState, { messages }: HistoryPage): boolean {
    const unanswered = this.#unanswered.get(id) ?? [];
    const newestSeq = messages.at(-1)?.seq ?? 0;
    const before = unanswered.find((end) => newestSeq < end);
    if (before === undefined) return false;
    unanswered.splice(unanswered.indexOf(before), 1);
    return inbox.fromSeq !== null && before < inbox.fromSeq;
  }

  /** Whose answer comes next is last in line. */
  #askAnew(request: Request): void {
    this.#requests.delete(request.conversation.id);
    this.#requests.set(request.conversation.id, request);
    this.#ask(request);
  }

  #ask({ conversation, before, limit }: Request): boolean | null {
    return this.#send({ type: 'load-history', conversationId: conversation.id, before, limit });
  }

  #end(conversationId: string): Request | undefined {
    const request = this.#requests.get(conversationId);
    this.#requests.delete(conversationId);
    this.#timers.stop(conversationId);
    return request;
  }
}

function makeRequest(conversation: ConversationState, limit: number): Request {
  let resolve: Request['resolve'] = () => {};
  let reject: Request['reject'] = () => {};
  const promise = new Promise<OlderPage>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { conversation, before: conversation.inbox.fromSeq, limit, promise, resolve, reject };
}

function lostError(why: string): ChatSocketError {
  return new ChatSocketError('connection/lost', `Cannot load older messages: ${why}.`, {
    retryable: true,
  });
}

function unsupportedError(): ChatSocketError {
  return new ChatSocketError(
    'protocol/unsupported',
    'Cannot load older messages: the protocol, or this server, has no frame for it.',
  );
}
