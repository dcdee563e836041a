/** A conversation with an assistant whose wire has no ids: order says what belongs together, and history settles it. */

import type { InboundFrame, OutboundFrame, Recovery, ServerTerms, WireMessage } from '../../core/frame.js';
import type { HttpAnswer } from '../../ports/http.js';
import type { Dialogue, DialogueEvent, DialogueStep, LineId } from '../dialogue/dialogue.js';
import { type FrameReader, readEvent, type UnknownFrame } from '../dialogue/read-event.js';
import type { Rename } from '../rename.js';
import { Answers } from './answers.js';
import { Questions } from './questions.js';
import { readHistory } from './read-history.js';
import { readRefusal } from './refusal.js';
import type { ServerFrame, StoredMessage } from './schema.js';
import { type SettledHistory, Settlement } from './settle.js';
import { isServerFrame, isServerFrameType } from './validators.js';

/** Without a socket the history is read this often. */
const POLL_MS = 2_000;
/** What the history does not have yet may still be on its way into it. */
const LOOK_AGAIN_MS = 2_000;
/** So many looks without a message, and the server does not have it. */
const LOOKS_MAX = 2;
/** The worker's frames carry this; the socket's own do not. */
const WORKER_TYPE = 'chat.message';
/** In history, and so in the hello. */
const USER_ID = 'user';

const TERMS: ServerTerms = {
  extended: false,
  deduplicates: false,
  producerOrder: false,
  dedupWindowMs: null,
  sequence: false,
  ranges: false,
  inBandToken: false,
  contentLengthMax: null,
  messagesPerSecond: null,
  heartbeatIntervalMs: null,
};

export interface StreamingOptions {
  readonly rename: Rename;
  /** Where a conversation's messages are; null where the server keeps none. */
  readonly historyUrl: ((conversationId: string) => string) | null;
}

interface Line {
  readonly isPolling: boolean;
  isGreeted: boolean;
  /** How many messages the join that is open asked for; null while none is. */
  joinLimit: number | null;
  /** The history is on its way. */
  isReading: boolean;
}

export class StreamingDialogue implements Dialogue {
  readonly #options: StreamingOptions;
  readonly #reader: FrameReader<ServerFrame>;
  readonly #lines = new Map<LineId, Line>();
  readonly #questions = new Questions();
  readonly #answers: Answers;
  readonly #settlement = new Settlement();
  /** One socket has one conversation; the client names it with its join. */
  #conversationId = '';
  /** So often the history is read again for something that it must have soon. */
  #looks = 0;

  constructor(options: StreamingOptions) {
    this.#options = options;
    this.#answers = new Answers(this.#questions, options.historyUrl !== null);
    this.#reader = { rename: toOneName(options.rename), isFrame: isServerFrame, isEvent: isServerFrameType };
  }

  step(event: DialogueEvent, nowMs: number): DialogueStep {
    const { lineId } = event;
    if (event.type === 'opened') return this.#open(lineId, event.isPolling);
    const line = this.#lines.get(lineId);
    if (line === undefined) return {};
    switch (event.type) {
      case 'ended':
        return this.#end(lineId);
      case 'heard':
        return this.#hear(lineId, line, event.text, nowMs);
      case 'asked':
        return this.#say(lineId, line, event.frame, nowMs);
      case 'answered':
        return this.#takeHistory(line, event.answer);
      case 'woken':
        return this.#read(line);
    }
  }

  #open(lineId: LineId, isPolling: boolean): DialogueStep {
    this.#lines.set(lineId, { isPolling, isGreeted: isPolling, joinLimit: null, isReading: false });
    if (isPolling) return { told: [hello()] };
    this.#answers.open(lineId);
    return {};
  }

  #end(lineId: LineId): DialogueStep {
    this.#lines.delete(lineId);
    this.#questions.lose(lineId);
    this.#answers.lose(lineId);
    return {};
  }

  #say(lineId: LineId, line: Line, frame: OutboundFrame, nowMs: number): DialogueStep {
    switch (frame.type) {
      case 'ping':
        return line.isPolling ? this.#read(line) : { texts: ['{"type":"ping"}'] };
      case 'join':
        this.#conversationId = frame.conversationId;
        line.joinLimit = frame.limit;
        // Without a history nobody can tell what was missed; what is shown stays.
        return this.#options.historyUrl === null ? { told: [this.#joined(line, [], 'partial')] } : this.#read(line);
      case 'send':
        if (line.isPolling) return { isDeclined: true };
        this.#questions.ask(frame.clientMessageId, frame.content, lineId, nowMs);
        return { texts: [JSON.stringify({ message: frame.content })] };
      default:
        return { isDeclined: true };
    }
  }

  #hear(lineId: LineId, line: Line, text: string, nowMs: number): DialogueStep {
    const result = readEvent(text, this.#reader);
    return 'fault' in result ? { fault: result.fault } : this.#take(lineId, line, result.frame, nowMs);
  }

  #take(lineId: LineId, line: Line, frame: ServerFrame | UnknownFrame, nowMs: number): DialogueStep {
    switch (frame.event) {
      case 'connected':
        line.isGreeted = true;
        return { told: [hello()] };
      case 'pong':
        return { told: [{ type: 'pong', latest: null }] };
      case 'task_queued':
        return this.#accept(lineId);
      case 'processing_started':
        return { told: this.#answers.start(lineId, this.#conversationId, nowMs) };
      case 'chunk':
        return { told: this.#answers.chunk(lineId, this.#conversationId, nowMs, frame.chunk) };
      case 'complete': {
        const { told, isSure } = this.#answers.complete(lineId, this.#conversationId, nowMs);
        if (isSure) return { told };
        this.#looks = LOOKS_MAX;
        return { told, ...this.#read(line) };
      }
      case 'error':
        return frame.type === WORKER_TYPE
          ? { told: this.#answers.fail(lineId, this.#conversationId, nowMs) }
          : this.#refuse(lineId, frame.error);
      case 'token_expiring_soon':
        return { told: [{ type: 'token-expiring', expiresInMs: frame.expires_in * 1_000 }] };
      case 'unknown':
        return { told: [{ type: 'unknown', name: frame.name }] };
    }
  }

  #accept(lineId: LineId): DialogueStep {
    const question = this.#questions.oldestAsked(lineId);
    if (question === null) return {};
    question.status = 'accepted';
    // The server names none yet; with an id of ours it is in its place, before its answer.
    return { told: [{ type: 'ack', clientMessageId: question.id, id: question.id, seq: null, duplicate: false }] };
  }

  #refuse(lineId: LineId, text: string): DialogueStep {
    const question = this.#questions.oldestAsked(lineId);
    if (question !== null) this.#questions.drop(question.id);
    const { code, verdict, retryAfterMs } = readRefusal(text);
    return {
      told: [{ type: 'refused', code, reason: text, verdict, clientMessageId: question?.id ?? null, retryAfterMs }],
    };
  }

  /** Asks for the history, unless it is on its way. */
  #read(line: Line): DialogueStep {
    const { historyUrl } = this.#options;
    if (historyUrl === null || line.isReading || this.#conversationId === '') return {};
    line.isReading = true;
    const url = historyUrl(this.#conversationId);
    return { requests: [{ name: 'history', method: 'GET', url }] };
  }

  #takeHistory(line: Line, answer: HttpAnswer | null): DialogueStep {
    line.isReading = false;
    const rows = answer?.status === 200 ? readHistory(answer.body) : null;
    const told: InboundFrame[] = line.isPolling && rows !== null ? [{ type: 'pong', latest: null }] : [];
    if (rows !== null)
      told.push(...this.#tellHistory(line, this.#settle(rows)), ...this.#judgeLost(line), ...this.#dropUnkept());
    if (line.isPolling) return { told, wakeAfterMs: POLL_MS };
    const isOpen = this.#looks > 0 || this.#questions.lost().length > 0 || this.#answers.isInDoubt;
    this.#looks = Math.max(0, this.#looks - 1);
    return isOpen ? { told, wakeAfterMs: LOOK_AGAIN_MS } : { told };
  }

  #settle(rows: readonly StoredMessage[]): SettledHistory {
    const unsettled = { questions: this.#questions, answers: this.#answers.list };
    const history = this.#settlement.read(rows, this.#conversationId, unsettled);
    if (history.fresh.some(({ senderRole }) => senderRole === 'assistant')) this.#looks = 0;
    return history;
  }

  /** Answers the join that is open, or tells what is new. */
  #tellHistory(line: Line, { messages, fresh }: SettledHistory): readonly InboundFrame[] {
    if (line.joinLimit !== null) return [this.#joined(line, messages.slice(-line.joinLimit), null)];
    const conversationId = this.#conversationId;
    return fresh.map((message) => ({ type: 'message', conversationId, epoch: null, message }));
  }

  #joined(line: Line, messages: readonly WireMessage[], recovered: Recovery | null): InboundFrame {
    line.joinLimit = null;
    const conversationId = this.#conversationId;
    return { type: 'joined', conversationId, messages, epoch: null, latestSeq: null, recovered, hasOlder: false };
  }

  #dropUnkept(): readonly InboundFrame[] {
    const conversationId = this.#conversationId;
    return this.#answers.takeUnkept().map(({ id }) => ({
      type: 'message-deleted',
      conversationId,
      epoch: null,
      seq: null,
      id,
    }));
  }

  /** What the history still does not have after a while never reached the server, and goes out again. */
  #judgeLost(line: Line): readonly InboundFrame[] {
    if (line.isPolling) return [];
    return this.#questions.lost().flatMap((question): readonly InboundFrame[] => {
      question.looks += 1;
      if (question.looks < LOOKS_MAX) return [];
      this.#questions.drop(question.id);
      const reason = 'The history does not have it.';
      return [
        { type: 'refused', code: 'LOST', reason, verdict: 'retry', clientMessageId: question.id, retryAfterMs: 0 },
      ];
    });
  }
}

function hello(): InboundFrame {
  return { type: 'hello', userId: USER_ID, sessionId: null, expiresInMs: null, terms: TERMS };
}

/** Some servers say `completed`. */
function toOneName(rename: Rename): Rename {
  return (frame) => {
    const renamed = rename(frame);
    return 'event' in renamed && renamed.event === 'completed' ? { ...renamed, event: 'complete' } : renamed;
  };
}
