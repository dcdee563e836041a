/** A chat whose messages are posted over HTTP and whose answers come over the socket, whole. */

import type { InboundFrame, OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { HttpAnswer } from '../../ports/http.js';
import type { Dialogue, DialogueEvent, DialogueStep } from '../dialogue/dialogue.js';
import { readEvent, type UnknownFrame } from '../dialogue/read-event.js';
import type { Rename } from '../rename.js';
import { FIRST_WAIT_MS, Numbering } from './numbering.js';
import { readPost } from './posts.js';
import { Replies, type ReplyFrame, toMessage } from './replies.js';
import type { ServerFrame } from './schema.js';
import { isServerFrame, isServerFrameType } from './validators.js';

const TOKEN_OVER_CODE = 4401;
const USER_ID = 'user';
const ASSISTANT_ID = 'assistant';
/** One thread, one log: its numbers never begin anew. */
const EPOCH = 'thread';

const TERMS: ServerTerms = {
  extended: false,
  deduplicates: true,
  producerOrder: false,
  dedupWindowMs: null,
  sequence: true,
  // None can be had, and that is what the answer says.
  ranges: true,
  inBandToken: false,
  contentLengthMax: null,
  messagesPerSecond: null,
  heartbeatIntervalMs: null,
};

export interface ThreadOptions {
  readonly rename: Rename;
  readonly postUrl: string;
}

export class ThreadDialogue implements Dialogue {
  readonly #options: ThreadOptions;
  readonly #replies = new Replies();
  readonly #numbering = new Numbering<ReplyFrame>();
  /** Own messages that were posted, and may not have arrived. */
  readonly #posted = new Set<string>();
  /** Messages whose worker failed and tries again. */
  readonly #retried = new Set<string>();
  readonly #polling = new Set<number>();
  /** One socket has one thread; the client names it with its join. */
  #threadId = '';
  #failures = 0;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  step(event: DialogueEvent, nowMs: number): DialogueStep {
    switch (event.type) {
      case 'opened':
        if (event.isPolling) this.#polling.add(event.lineId);
        return { told: [{ type: 'hello', userId: USER_ID, sessionId: null, expiresInMs: null, terms: TERMS }] };
      case 'ended':
        this.#polling.delete(event.lineId);
        return {};
      case 'heard':
        return this.#hear(event.text, nowMs);
      case 'asked':
        return this.#say(event.frame, this.#polling.has(event.lineId));
      case 'answered':
        return this.#whenPosted(event.name, event.answer);
      case 'woken':
        return this.#show(this.#numbering.begin(), nowMs);
    }
  }

  #say(frame: OutboundFrame, isPolling: boolean): DialogueStep {
    switch (frame.type) {
      case 'ping':
        return isPolling ? { told: [{ type: 'pong', latest: null }] } : { texts: ['{"type":"ping"}'] };
      case 'join':
        this.#threadId = frame.conversationId;
        return { told: [this.#joined(frame.conversationId, frame.after?.seq ?? 0)] };
      case 'send':
        return this.#post(frame);
      case 'fetch-range': {
        const { conversationId } = frame;
        return { told: [{ type: 'range', conversationId, epoch: EPOCH, events: [], isComplete: false }] };
      }
      default:
        return { isDeclined: true };
    }
  }

  #joined(conversationId: string, latestSeq: number): InboundFrame {
    const nothing = { messages: [], hasOlder: false, recovered: 'full' } as const;
    return { type: 'joined', conversationId, epoch: EPOCH, latestSeq, ...nothing };
  }

  #post({ clientMessageId, conversationId, content }: Extract<OutboundFrame, { type: 'send' }>): DialogueStep {
    this.#posted.add(clientMessageId);
    const body = JSON.stringify({ message: content, thread_id: conversationId, client_msg_id: clientMessageId });
    const headers = { 'Content-Type': 'application/json', 'X-Correlation-ID': clientMessageId };
    const url = this.#options.postUrl;
    return { requests: [{ name: clientMessageId, method: 'POST', url, headers, body, withToken: true }] };
  }

  #whenPosted(clientMessageId: string, answer: HttpAnswer | null): DialogueStep {
    // Its reply was here first, and proved it.
    if (!this.#posted.has(clientMessageId)) return {};
    // Like a close of the socket for the same reason: a new token, and the message goes out again.
    if (answer?.status === 401) return { closes: { code: TOKEN_OVER_CODE, reason: '' } };
    const posted = { clientMessageId, threadId: this.#threadId, failures: this.#failures };
    const { told, isOpen } = readPost(posted, answer);
    this.#failures = isOpen ? this.#failures + 1 : 0;
    if (!isOpen) this.#posted.delete(clientMessageId);
    return { told };
  }

  #hear(text: string, nowMs: number): DialogueStep {
    const { rename } = this.#options;
    const reader = { rename: withEvent(rename), isFrame: isServerFrame, isEvent: isServerFrameType };
    const result = readEvent<ServerFrame>(text, reader);
    return 'fault' in result ? { fault: result.fault } : this.#take(result.frame, nowMs);
  }

  #take(frame: ServerFrame | UnknownFrame, nowMs: number): DialogueStep {
    switch (frame.event) {
      case 'pong':
        return { told: [{ type: 'pong', latest: null }] };
      case 'typing': {
        const conversationId = this.#threadId;
        return { told: [{ type: 'typing', conversationId, userId: ASSISTANT_ID, isTyping: frame.value }] };
      }
      case 'assistant_message':
        return this.#show([frame], nowMs);
      case 'task_failed':
        return this.#whenFailed(frame.message?.in_reply_to ?? null, nowMs);
      case 'protocol_error':
        return { told: [refusedFrame()] };
      case 'unknown':
        return { told: [{ type: 'unknown', name: frame.name }] };
    }
  }

  #show(frames: readonly ReplyFrame[], nowMs: number): DialogueStep {
    const told: InboundFrame[] = [];
    const texts: string[] = [];
    for (const frame of frames) {
      const seq = frame.sequence === undefined ? null : this.#numbering.place(frame.sequence, frame);
      if (seq !== 'wait') this.#reply(frame, seq, { nowMs, told, texts });
    }
    return { told, texts, ...(this.#numbering.isWaiting && { wakeAfterMs: FIRST_WAIT_MS }) };
  }

  #reply(
    frame: ReplyFrame,
    seq: number | null,
    { nowMs, told, texts }: { readonly nowMs: number; readonly told: InboundFrame[]; readonly texts: string[] },
  ): void {
    const conversationId = this.#threadId;
    const reply = this.#replies.read(frame);
    const { inReplyTo, ackId, isRepeat } = reply;
    // Again for a repeat, too: the first one may have been lost.
    if (ackId !== null) texts.push(JSON.stringify({ type: 'message_ack', message_id: ackId }));
    if (inReplyTo !== null && this.#posted.delete(inReplyTo)) {
      told.push({ type: 'ack', clientMessageId: inReplyTo, id: inReplyTo, seq: null, duplicate: false });
    }
    const message = toMessage(frame, reply, { conversationId, seq, nowMs });
    if (inReplyTo !== null && this.#retried.delete(inReplyTo)) told.push(...this.#endRetry(inReplyTo));
    if (!isRepeat) told.push({ type: 'message', conversationId, epoch: EPOCH, message });
    else if (seq !== null) told.push({ type: 'message-updated', conversationId, epoch: EPOCH, seq, message });
  }

  /** Not final: the server tries again. Until then it shows as an answer that does not come on. */
  #whenFailed(inReplyTo: string | null, nowMs: number): DialogueStep {
    if (inReplyTo === null || this.#retried.has(inReplyTo)) return {};
    this.#retried.add(inReplyTo);
    const conversationId = this.#threadId;
    const place = { conversationId, epoch: null, seq: null, createdAtMs: nowMs };
    return {
      told: [{ type: 'stream-start', id: retryId(inReplyTo), senderId: ASSISTANT_ID, inReplyTo, ...place }],
    };
  }

  #endRetry(inReplyTo: string): readonly InboundFrame[] {
    const conversationId = this.#threadId;
    return [{ type: 'message-deleted', conversationId, epoch: null, seq: null, id: retryId(inReplyTo) }];
  }
}

function retryId(inReplyTo: string): string {
  return `retry-${inReplyTo}`;
}

function refusedFrame(): InboundFrame {
  const code = 'PROTOCOL_ERROR';
  return { type: 'refused', code, reason: '', verdict: 'final', clientMessageId: null, retryAfterMs: null };
}

/** Some servers give a pong no event. */
function withEvent(rename: Rename): Rename {
  return (frame) => {
    const renamed = rename(frame);
    const isPong = 'type' in renamed && renamed.type === 'pong' && !('event' in renamed);
    return isPong ? { ...renamed, event: 'pong' } : renamed;
  };
}
