/** The messages that this client has asked, tied to what the server says of them by order alone. */

import type { UnconfirmedMessage } from '../../core/frame.js';
import type { LineId } from '../dialogue/dialogue.js';

/** This many are remembered until the history tells them apart. */
const QUESTIONS_MAX = 500;

export interface Question {
  readonly id: string;
  readonly content: string;
  readonly askedAtMs: number;
  /** The socket that it went out on. */
  readonly lineId: LineId;
  /**
   * `lost`: its socket ended before the server said anything of it. `found`: the history has it, and what its socket
   * will say of it is still to come.
   */
  status: 'asked' | 'accepted' | 'lost' | 'found';
  /** When it was; it is shown in its place since then. */
  acceptedAtMs: number;
  /** The history has it, and its answer is still to come on the socket that accepted it. */
  isSettled: boolean;
  /** An answer has begun after it. */
  isAnswered: boolean;
  /** When its socket ended; for one of old, when it was recalled. */
  lostAtMs: number;
  /** It was asked before this dialogue began, so the history may have had it all along. */
  readonly isOfOld: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;
const NEW = {
  status: 'asked',
  acceptedAtMs: 0,
  isSettled: false,
  isAnswered: false,
  lostAtMs: NEVER,
  isOfOld: false,
} as const;

export class Questions {
  #list: Question[] = [];

  ask(asked: Pick<Question, 'id' | 'content' | 'askedAtMs'>, lineId: LineId): void {
    this.drop(asked.id);
    this.#add({ ...NEW, ...asked, lineId });
  }

  /** Those that the client asked in an earlier life, if they are not known. */
  recall(unconfirmed: readonly UnconfirmedMessage[], lineId: LineId, nowMs: number): void {
    for (const { clientMessageId: id, content, createdAtMs: askedAtMs } of unconfirmed) {
      if (this.#list.some((one) => one.id === id)) continue;
      this.#add({ ...NEW, id, content, askedAtMs, lineId, status: 'lost', lostAtMs: nowMs, isOfOld: true });
    }
  }

  /** What a socket speaks of: the oldest one that it has said nothing of. Null, too, if that was settled before. */
  hear(lineId: LineId): Question | null {
    const heard = this.#list.find((one) => one.lineId === lineId && isUnheard(one)) ?? null;
    if (heard?.status !== 'found') return heard;
    this.drop(heard.id);
    return null;
  }

  /** The server has taken the one that this socket speaks of. */
  accept(lineId: LineId, nowMs: number): Question | null {
    const question = this.hear(lineId);
    if (question === null) return null;
    question.status = 'accepted';
    question.acceptedAtMs = nowMs;
    return question;
  }

  /** The oldest one that was accepted and has no answer yet. */
  awaiting(): Question | null {
    return this.#list.find(({ status, isAnswered }) => status === 'accepted' && !isAnswered) ?? null;
  }

  /** An answer has begun, or been told: it is the oldest one's. Null if none was waiting. */
  answer(): Question | null {
    const question = this.awaiting();
    if (question !== null) question.isAnswered = true;
    return question;
  }

  lose(lineId: LineId, nowMs: number): void {
    this.#list = this.#list.filter((one) => one.lineId !== lineId || !(one.isSettled || one.status === 'found'));
    for (const one of this.#list) {
      if (one.lineId !== lineId) continue;
      one.lostAtMs = nowMs;
      if (one.status === 'asked') one.status = 'lost';
    }
  }

  /** Another socket has one, and has said nothing of it. */
  isAskedBeside(lineId: LineId): boolean {
    return this.#list.some((one) => one.status === 'asked' && one.lineId !== lineId);
  }

  lost(): readonly Question[] {
    return this.#list.filter(({ status }) => status === 'lost');
  }

  accepted(): readonly Question[] {
    return this.#list.filter(({ status }) => status === 'accepted');
  }

  /** Those that the server had before this one was asked: they come before it in every history. */
  before({ askedAtMs }: Question): readonly Question[] {
    return this.accepted().filter(({ isSettled, acceptedAtMs }) => !isSettled && acceptedAtMs < askedAtMs);
  }

  /** The oldest one that a message of the history can be; of several with its words, one that the server is known to have. */
  match(content: string, isLikely: (question: Question) => boolean): Question | null {
    const same = this.#list.filter(
      (one) => !one.isSettled && one.status !== 'found' && one.content.trim() === content.trim() && isLikely(one),
    );
    return same.find(({ status }) => status === 'accepted') ?? same[0] ?? null;
  }

  /** The history has it. What its socket says of it later must not be taken for a word on the next one. */
  settle(question: Question): void {
    if (question.status === 'asked') question.status = 'found';
    else if (question.lostAtMs === NEVER && !question.isAnswered) question.isSettled = true;
    else this.drop(question.id);
  }

  drop(id: string): void {
    this.#list = this.#list.filter((one) => one.id !== id);
  }

  #add(question: Question): void {
    this.#list.push(question);
    if (this.#list.length > QUESTIONS_MAX) this.#list.shift();
  }
}

function isUnheard({ status }: Question): boolean {
  return status === 'asked' || status === 'found';
}
