/** A conversation with an assistant whose wire has no ids: order says what belongs together, and history settles it. */

import type { InboundFrame, OutboundFrame, Recovery, WireMessage } from '../../core/frame.js';
import type { HttpAnswer } from '../../ports/http.js';
import type { Dialogue, DialogueEvent, DialogueStep, LineId } from '../dialogue/dialogue.js';
import { type FrameReader, readEvent, type UnknownFrame } from '../dialogue/read-event.js';
import type { Rename } from '../rename.js';
import { Answers, type Hearing } from './answers.js';
import { frameReader } from './frame-reader.js';
import { Questions } from './questions.js';
import { readHistory } from './read-history.js';
import { readRefusal } from './refusal.js';
import type { ServerFrame, StoredMessage } from './schema.js';
import { type SettledHistory, Settlement } from './settle.js';
import { ack, atWork, GO_ON, hello, joined, lost } from './words.js';

/** Without a socket the history is read this often. */
const POLL_MS = 2_000;
/** What the history does not have so long after a socket was lost never reached the server. */
const LOOK_AGAIN_MS = 2_000;
/** So often it is looked for an answer that it must have soon. */
const LOOKS_MAX = 2;
/** After so many looks in vain, what comes after a lost message does not wait for it any more. */
const FAILURES_MAX = 3;
/** From then on it is read this often, until it can be. */
const LOOK_RARELY_MS = 30_000;
/** A join is answered by then, well before the client's own deadline for it. */
const JOIN_MS = 5_000;
/** Renews the token, once. */
const SESSION_OVER = { code: 4001, reason: 'The history is refused: the session is over.' };
/** The worker's frames carry this; the socket's own do not. */
const WORKER_TYPE = 'chat.message';
/** After these an answer is awaited, or none any more. */
const TURNS: ReadonlySet<InboundFrame['type']> = new Set(['ack', 'stream-start', 'stream-end']);

export interface StreamingOptions {
  readonly rename: Rename;
  /** Where a conversation's messages are; null where the server keeps none. */
  readonly historyUrl: ((conversationId: string) => string) | null;
}

interface Line {
  readonly id: LineId;
  readonly isPolling: boolean;
  /** How many messages the join that is open asked for; null while none is. */
  joinLimit: number | null;
  /** The history is on its way. */
  isReading: boolean;
  /** When it was asked for last. */
  readAtMs: number;
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
  /** The client was told that an answer is on its way. */
  #isAwaiting = false;
  /** A message was declined, and is to go out when its turn has come. */
  #isHolding = false;
  /** How many readings of the history in a row have failed. */
  #failures = 0;

  constructor(options: StreamingOptions) {
    this.#options = options;
    const hasHistory = options.historyUrl !== null;
    this.#answers = new Answers({ questions: this.#questions, settlement: this.#settlement, hasHistory });
    this.#reader = frameReader(options.rename);
  }

  step(event: DialogueEvent, nowMs: number): DialogueStep {
    const { lineId } = event;
    if (event.type === 'opened') return this.#open(lineId, event.isPolling);
    const line = this.#lines.get(lineId);
    if (line === undefined) return {};
    switch (event.type) {
      case 'ended':
        return this.#end(lineId, nowMs);
      case 'heard':
        return this.#hear(line, event.text, nowMs);
      case 'asked':
        return this.#say(line, event.frame, nowMs);
      case 'answered':
        return this.#takeHistory(line, event.answer, nowMs);
      case 'woken':
        if (line.joinLimit !== null && !line.isPolling) return this.#goWithout(line, []);
        if (line.isPolling || this.#isUnsettled) return this.#read(line, nowMs);
        return { told: this.#answers.takeUnkept(this.#conversationId) };
    }
  }

  #open(lineId: LineId, isPolling: boolean): DialogueStep {
    this.#lines.set(lineId, { id: lineId, isPolling, joinLimit: null, isReading: false, readAtMs: 0 });
    if (isPolling) return { told: [hello()] };
    this.#answers.open(lineId);
    return {};
  }

  #end(lineId: LineId, nowMs: number): DialogueStep {
    this.#lines.delete(lineId);
    this.#questions.lose(lineId, nowMs);
    this.#answers.lose(lineId);
    return {};
  }

  #say(line: Line, frame: OutboundFrame, nowMs: number): DialogueStep {
    switch (frame.type) {
      case 'ping':
        if (line.isPolling) return this.#read(line, nowMs);
        return { texts: ['{"type":"ping"}'], ...this.#lookForLost(line, nowMs) };
      case 'join':
        this.#conversationId = frame.conversationId;
        line.joinLimit = frame.limit;
        this.#questions.recall(frame.unconfirmed, line.id, nowMs);
        // Without a history nobody can tell what was missed; what is shown stays.
        if (this.#options.historyUrl === null) return { told: this.#joined(line, [], 'partial') };
        return { ...this.#read(line, nowMs), wakeAfterMs: JOIN_MS };
      case 'send':
        if (line.isPolling) return { isDeclined: true };
        if (this.#mustKeepOrder(line.id)) return this.#hold(line, nowMs);
        this.#questions.ask({ id: frame.clientMessageId, content: frame.content, askedAtMs: nowMs }, line.id);
        return { texts: [JSON.stringify({ message: frame.content })] };
      default:
        return { isDeclined: true };
    }
  }

  #hear(line: Line, text: string, nowMs: number): DialogueStep {
    const result = readEvent(text, this.#reader);
    if ('fault' in result) return { fault: result.fault };
    const step = this.#take(line, result.frame, nowMs);
    if (step.told?.some(({ type }) => TURNS.has(type)) !== true) return step;
    return { ...step, told: [...step.told, ...this.#await(this.#questions.awaiting() !== null)] };
  }

  #take(line: Line, frame: ServerFrame | UnknownFrame, nowMs: number): DialogueStep {
    switch (frame.event) {
      case 'connected':
        return { told: [hello()] };
      case 'pong':
        return { told: [{ type: 'pong', latest: null }] };
      case 'task_queued':
        return this.#accept(line.id, nowMs);
      case 'processing_started':
        return { told: this.#answers.start(this.#at(line, nowMs)) };
      case 'chunk':
        return { told: this.#answers.chunk(this.#at(line, nowMs), frame.chunk) };
      case 'complete': {
        const { told, isSure } = this.#answers.complete(this.#at(line, nowMs));
        if (isSure) return { told };
        this.#looks = LOOKS_MAX;
        return { told, ...this.#read(line, nowMs) };
      }
      case 'error':
        return frame.type === WORKER_TYPE
          ? { told: this.#answers.fail(this.#at(line, nowMs)) }
          : this.#refuse(line.id, frame.error);
      case 'token_expiring_soon':
        return { told: [{ type: 'token-expiring', expiresInMs: frame.expires_in * 1_000 }] };
      case 'unknown':
        return { told: [{ type: 'unknown', name: frame.name }] };
    }
  }

  #at({ id: lineId }: Line, nowMs: number): Hearing {
    return { lineId, conversationId: this.#conversationId, nowMs };
  }

  #accept(lineId: LineId, nowMs: number): DialogueStep {
    const question = this.#questions.accept(lineId, nowMs);
    if (question === null) return {};
    // The server names none yet; with an id of ours it is in its place, before its answer.
    return { told: [ack(question.id, question.id)] };
  }

  #await(isAwaited: boolean): readonly InboundFrame[] {
    if (!isAwaited && !this.#isAwaiting) return [];
    this.#isAwaiting = isAwaited;
    return [atWork(this.#conversationId, isAwaited)];
  }

  #refuse(lineId: LineId, text: string): DialogueStep {
    const question = this.#questions.hear(lineId);
    if (question !== null) this.#questions.drop(question.id);
    const { code, verdict, retryAfterMs } = readRefusal(text);
    return {
      told: [{ type: 'refused', code, reason: text, verdict, clientMessageId: question?.id ?? null, retryAfterMs }],
    };
  }

  /** The history is about to tell whether an earlier message has to go out again first, or will be. */
  #mustKeepOrder(lineId: LineId): boolean {
    if (this.#options.historyUrl === null || this.#failures >= FAILURES_MAX) return false;
    return this.#questions.lost().length > 0 || this.#questions.isAskedBeside(lineId);
  }

  #hold(line: Line, nowMs: number): DialogueStep {
    this.#isHolding = true;
    return { isDeclined: true, wakeAfterMs: LOOK_AGAIN_MS, ...this.#lookForLost(line, nowMs) };
  }

  /** One may have been lost on another socket, while this one had no reason to look. */
  #lookForLost(line: Line, nowMs: number): DialogueStep {
    return this.#questions.lost().length > 0 ? this.#read(line, nowMs) : {};
  }

  /** Asks for the history, unless it is on its way. */
  #read(line: Line, nowMs: number): DialogueStep {
    const { historyUrl } = this.#options;
    if (historyUrl === null || line.isReading || this.#conversationId === '') return {};
    line.isReading = true;
    line.readAtMs = nowMs;
    const url = historyUrl(this.#conversationId);
    return { requests: [{ name: 'history', method: 'GET', url }] };
  }

  #takeHistory(line: Line, answer: HttpAnswer | null, nowMs: number): DialogueStep {
    line.isReading = false;
    // Without a socket nobody else tells that the session is over.
    if (line.isPolling && answer?.status === 401) return { closes: SESSION_OVER };
    const rows = answer?.status === 200 ? readHistory(answer.body) : null;
    this.#failures = rows === null ? this.#failures + 1 : 0;
    const told: InboundFrame[] = line.isPolling && rows !== null ? [{ type: 'pong', latest: null }] : [];
    if (rows !== null) {
      const history = this.#settle(rows, nowMs);
      // First: as soon as the client is open it sends, and a message that goes out again comes before newer ones.
      told.push(...this.#judgeLost(line), ...this.#tellHistory(line, history));
      told.push(...this.#answers.takeUnkept(this.#conversationId));
    }
    if (this.#isHolding && !this.#mustKeepOrder(line.id)) {
      this.#isHolding = false;
      told.push(GO_ON);
    }
    if (line.isPolling) return { told, wakeAfterMs: POLL_MS };
    if (rows === null) return this.#goWithout(line, told);
    const wakes = this.#isUnsettled;
    this.#looks = Math.max(0, this.#looks - 1);
    return wakes ? { told, wakeAfterMs: LOOK_AGAIN_MS } : { told };
  }

  /** Another look at the history is due. */
  get #isUnsettled(): boolean {
    const isMissing = this.#looks > 0 || this.#failures > 0 || this.#isHolding;
    return isMissing || this.#questions.lost().length > 0 || this.#answers.isInDoubt;
  }

  /** A chat whose history cannot be had is still a chat. It is told as soon as there is one. */
  #goWithout(line: Line, told: readonly InboundFrame[]): DialogueStep {
    const answer = line.joinLimit === null ? [] : this.#joined(line, [], 'partial');
    const wakeAfterMs = this.#failures < FAILURES_MAX ? LOOK_AGAIN_MS : LOOK_RARELY_MS;
    return { told: [...answer, ...told], wakeAfterMs };
  }

  #settle(rows: readonly StoredMessage[], nowMs: number): SettledHistory {
    const unsettled = { questions: this.#questions, answers: this.#answers.list, nowMs };
    const history = this.#settlement.read(rows, this.#conversationId, unsettled);
    if (history.fresh.some(({ message }) => message.senderRole === 'assistant')) this.#looks = 0;
    return history;
  }

  /** Answers the join that is open, or tells what is new. */
  #tellHistory(line: Line, { messages, fresh, found, endsUnanswered }: SettledHistory): readonly InboundFrame[] {
    const conversationId = this.#conversationId;
    const news: readonly InboundFrame[] =
      line.joinLimit === null
        ? fresh.map((placed) => ({ type: 'message', conversationId, epoch: null, ...placed }))
        : this.#joined(line, messages.slice(-line.joinLimit), null);
    const acks = found.map(({ questionId, id }) => ack(questionId, id));
    // What was settled is no question any more, and its answer may still be to come.
    return [...news, ...acks, ...this.#await(endsUnanswered || this.#questions.awaiting() !== null)];
  }

  #joined(line: Line, messages: readonly WireMessage[], recovered: Recovery | null): readonly InboundFrame[] {
    line.joinLimit = null;
    return [joined(this.#conversationId, messages, recovered), ...this.#answers.takenBack];
  }

  /** What the history still does not have after a while never reached the server, and goes out again. */
  #judgeLost(line: Line): readonly InboundFrame[] {
    if (line.isPolling) return [];
    return this.#questions.lost().flatMap((question): readonly InboundFrame[] => {
      if (question.lostAtMs + LOOK_AGAIN_MS > line.readAtMs) return [];
      this.#questions.drop(question.id);
      return [lost(question.id)];
    });
  }
}
