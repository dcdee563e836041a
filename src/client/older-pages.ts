/** Pages back through history, one request a conversation at a time. A page belongs to its connection. */

import type { InboundFrame, OutboundFrame } from '../core/frame.js';
import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { ChatMessage } from './chat-message.js';
import type { ConversationState } from './conversation-state.js';

/** Older messages, oldest first, and whether there are more. */
export interface OlderPage {
  readonly messages: readonly ChatMessage[];
  readonly hasOlder: boolean;
}

interface Request {
  readonly promise: Promise<OlderPage>;
  readonly resolve: (page: OlderPage) => void;
  readonly reject: (error: ChatSocketError) => void;
}

export class OlderPages {
  readonly #send: (frame: OutboundFrame) => boolean | null;
  readonly #requests = new Map<string, Request>();

  constructor(send: (frame: OutboundFrame) => boolean | null) {
    this.#send = send;
  }

  /** A second call while a page is on its way gets the same page. */
  load(conversation: ConversationState, limit: number): Promise<OlderPage> {
    const { id, inbox } = conversation;
    const underWay = this.#requests.get(id);
    if (underWay !== undefined) return underWay.promise;
    if (!inbox.hasOlder) return Promise.resolve({ messages: [], hasOlder: false });
    const isAsked = this.#send({ type: 'load-history', conversationId: id, before: inbox.oldestSeq, limit });
    if (isAsked !== true) return Promise.reject(isAsked === null ? unsupportedError() : lostError());
    const request = makeRequest();
    this.#requests.set(id, request);
    return request.promise;
  }

  /** True if the page was asked for, and is now part of the history. */
  take(conversation: ConversationState, frame: Extract<InboundFrame, { type: 'history-page' }>): boolean {
    const request = this.#requests.get(conversation.id);
    if (request === undefined) return false;
    this.#requests.delete(conversation.id);
    const rows = conversation.inbox.prepend(frame);
    request.resolve({ messages: rows.map((row) => conversation.dress(row)), hasOlder: frame.hasOlder });
    return true;
  }

  /** The server will not give the page; false if none was asked for. */
  refuse(conversationId: string, error: ChatSocketError): boolean {
    const request = this.#requests.get(conversationId);
    this.#requests.delete(conversationId);
    request?.reject(error);
    return request !== undefined;
  }

  loseConnection(): void {
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const request of requests) request.reject(lostError());
  }
}

function makeRequest(): Request {
  let resolve: Request['resolve'] = () => {};
  let reject: Request['reject'] = () => {};
  const promise = new Promise<OlderPage>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}

function lostError(): ChatSocketError {
  return new ChatSocketError(
    'connection/lost',
    'Cannot load older messages: there is no connection. Try again when it is open.',
    { retryable: true },
  );
}

function unsupportedError(): ChatSocketError {
  return new ChatSocketError(
    'protocol/unsupported',
    'Cannot load older messages: the protocol, or this server, has no frame for it.',
  );
}
