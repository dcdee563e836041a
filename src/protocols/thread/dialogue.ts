/** A chat whose messages are posted over HTTP and whose answers come over the socket, whole. */

import { BASE_TERMS } from '../../core/base-terms.js';
import type { InboundFrame, LogFrame, OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { HttpAnswer } from '../../ports/http.js';
import type { Dialogue, DialogueEvent, DialogueStep } from '../dialogue/dialogue.js';
import { readEvent, type UnknownFrame } from '../dialogue/read-event.js';
import type { Rename } from '../rename.js';
import { Numbering } from './numbering.js';
import { readPost, refused } from './posts.js';
import { Replies, type ReplyFrame, toMessage } from './replies.js';
import { Retries } from './retries.js';
import type { ServerFrame } from './schema.js';
import { ToldLog } from './told-log.js';
import { isServerFrame, isServerFrameType } from './validators.js';

const TOKEN_OVER_CODE = 4401;
const USER_ID = 'user';
const ASSISTANT_ID = 'assistant';
/** One thread, one log: its numbers never begin anew. */
const EPOCH = 'thread';

const TERMS: ServerTerms = {
  ...BASE_TERMS,
  deduplicates: true,
  sequence: true,
  // None can be had, and that is what the answer says.
  ranges: true,
};

export interface ThreadOptions {
  readonly rename: Rename;
  /** The other way. */
  readonly renameOutbound: Rename;
  readonly postUrl: string;
}

export class ThreadDialogue implements Dialogue {
  readonly #options: ThreadOptions;
  readonly #replies = new Replies();
  readonly #numbering = new Numbering<ReplyFrame>();
  readonly #told = new ToldLog();
  readonly #retries = new Retries();
  /** Own messages that were posted, and may not have arrived. */
  readonly #posted = new Set<string>();
  readonly #polling = new Set<number>();
  /** One socket has one thread; the client names it with its join. */
  #threadId = '';
  #hasJoined = false;
  #failures = 0;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  step(event: DialogueEvent, nowMs: number): DialogueStep {
    const step = this.#take(event, nowMs);
    const dueAtMs = Math.min(this.#numbering.dueAtMs ?? Infinity, this.#retries.dueAtMs ?? Infinity);
    return Number.isFinite(dueAtMs) ? { ...step, wakeAfterMs: Math.max(0, dueAtMs - nowMs) } : step;
  }

  #take(event: DialogueEvent, nowMs: number): DialogueStep {
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
        return this.#wake(nowMs);
    }
  }

  #say(frame: OutboundFrame, isPolling: boolean): DialogueStep {
    switch (frame.type) {
      case 'ping':
        return isPolling ? { told: [{ type: 'pong', latest: null }] } : { texts: [this.#write({ type: 'ping' })] };
      case 'join':
        return { told: this.#join(frame.conversationId, frame.after?.seq ?? null) };
      case 'send':
        return this.#post(frame);
      case 'fetch-range':
        return { told: [this.#range(frame)] };
      default:
        return { isDeclined: true };
    }
  }

  /** What it holds back, the client forgets when a connection ends, and is told again. */
  #join(conversationId: string, afterSeq: number | null): readonly InboundFrame[] {
    this.#threadId = conversationId;
    // A client that has lost its place has forgotten on purpose: its user left.
    if (afterSeq === null && this.#hasJoined) this.#told.clear();
    this.#hasJoined = true;
    const { fromSeq } = this.#told;
    const latestSeq = afterSeq ?? (fromSeq === null ? this.#numbering.settled : fromSeq - 1);
    const nothing = { messages: [], hasOlder: false, recovered: 'full' } as const;
    const joined = { type: 'joined', conversationId, epoch: EPOCH, latestSeq, ...nothing } as const;
    return [joined, ...this.#told.between(latestSeq + 1, Infinity)];
  }

  /** The server gives nothing again: what is not here comes late, or never. */
  #range({ conversationId, from, to }: Extract<OutboundFrame, { type: 'fetch-range' }>): InboundFrame {
    const events = this.#told.between(from, to);
    this.#numbering.giveUp(to);
    return { type: 'range', conversationId, epoch: EPOCH, events, isComplete: events.length > to - from };
  }

  #post({ clientMessageId, conversationId, content }: Extract<OutboundFrame, { type: 'send' }>): DialogueStep {
    this.#posted.add(clientMessageId);
    const body = this.#write({ message: content, thread_id: conversationId, client_msg_id: clientMessageId });
    const headers = { 'Content-Type': 'application/json', 'X-Correlation-ID': clientMessageId };
    const url = this.#options.postUrl;
    return { requests: [{ name: clientMessageId, method: 'POST', url, headers, body, withToken: true }] };
  }

  #write(frame: object): string {
    return JSON.stringify(this.#options.renameOutbound(frame));
  }

  #whenPosted(clientMessageId: string, answer: HttpAnswer | null): DialogueStep {
    // Its reply was here first, and proved it.
    if (!this.#posted.has(clientMessageId)) return {};
    // Like a close of the socket for the same reason: a new token, and the message goes out again.
    if (answer?.status === 401) return { closes: { code: TOKEN_OVER_CODE, reason: '' } };
    const { rename } = this.#options;
    const posted = { clientMessageId, threadId: this.#threadId, failures: this.#failures, rename };
    const { told, isOpen } = readPost(posted, answer);
    this.#failures = isOpen ? this.#failures + 1 : 0;
    if (!isOpen) this.#posted.delete(clientMessageId);
    return { told };
  }

  #hear(text: string, nowMs: number): DialogueStep {
    const { rename } = this.#options;
    const reader = { rename: withEvent(rename), isFrame: isServerFrame, isEvent: isServerFrameType };
    const result = readEvent<ServerFrame>(text, reader);
    return 'fault' in result ? { fault: result.fault } : this.#read(result.frame, nowMs);
  }

  #read(frame: ServerFrame | UnknownFrame, nowMs: number): DialogueStep {
    switch (frame.event) {
      case 'pong':
        return { told: [{ type: 'pong', latest: null }] };
      case 'typing': {
        const conversationId = this.#threadId;
        const isTyping = frame.value;
        return { told: [{ type: 'typing', conversationId, userId: ASSISTANT_ID, isTyping, isAnswer: true }] };
      }
      case 'assistant_message':
        return this.#show([frame], nowMs);
      case 'task_failed':
        return this.#whenFailed(frame.message?.in_reply_to ?? null, nowMs);
      case 'protocol_error':
        return { told: [refused(null, 'PROTOCOL_ERROR')] };
      case 'unknown':
        return { told: [{ type: 'unknown', name: frame.name }] };
    }
  }

  #wake(nowMs: number): DialogueStep {
    const { dueAtMs } = this.#numbering;
    const begun = dueAtMs !== null && dueAtMs <= nowMs ? this.#show(this.#numbering.begin(), nowMs) : {};
    return { ...begun, told: [...this.#retries.giveUp(nowMs), ...(begun.told ?? [])] };
  }

  #show(frames: readonly ReplyFrame[], nowMs: number): DialogueStep {
    const told: InboundFrame[] = [];
    const texts: string[] = [];
    for (const frame of frames) {
      const seq = frame.sequence === undefined ? null : this.#numbering.place(frame.sequence, frame, nowMs);
      if (seq !== 'wait') this.#reply(frame, seq, { nowMs, told, texts });
    }
    return { told, texts };
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
    if (ackId !== null) texts.push(this.#write({ type: 'message_ack', message_id: ackId }));
    if (inReplyTo !== null && this.#posted.delete(inReplyTo)) {
      told.push({ type: 'ack', clientMessageId: inReplyTo, id: inReplyTo, seq: null, duplicate: false });
    }
    if (inReplyTo !== null) told.push(...this.#retries.answer(inReplyTo, conversationId));
    const message = toMessage(frame, reply, { conversationId, seq, nowMs });
    const shown: LogFrame = { type: 'message', conversationId, epoch: EPOCH, message };
    // A repeat under another number: the client waits for that one too.
    const again: LogFrame | null = seq === null ? null : { ...shown, type: 'message-updated', seq };
    const news = isRepeat ? again : shown;
    if (news === null) return;
    told.push(news);
    if (seq !== null) this.#told.keep(seq, news);
  }

  #whenFailed(inReplyTo: string | null, nowMs: number): DialogueStep {
    if (inReplyTo === null) return {};
    const message = { inReplyTo, conversationId: this.#threadId, senderId: ASSISTANT_ID };
    return { told: this.#retries.fail(message, nowMs) };
  }
}

/** Some servers give a pong no event. */
function withEvent(rename: Rename): Rename {
  return (frame) => {
    const renamed = rename(frame);
    const isPong = 'type' in renamed && renamed.type === 'pong' && !('event' in renamed);
    return isPong ? { ...renamed, event: 'pong' } : renamed;
  };
}
