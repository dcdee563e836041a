/** Which answer the frames of a socket belong to, where they say nothing of it themselves. */

import type { InboundFrame } from '../../core/frame.js';
import type { LineId } from '../dialogue/dialogue.js';
import { Answer, Run } from './answer.js';
import type { Questions } from './questions.js';
import type { Settlement } from './settle.js';
import { gone } from './words.js';

const ANSWERS_MAX = 200;
/** So much text of answers is remembered, in UTF-16 code units. */
const TEXTS_LENGTH_MAX = 2_000_000;
/** So many readings of the history without a whole answer, and it was another one said again. */
const MISSES_MAX = 2;

/** Where something is heard, and when. */
export interface Hearing {
  readonly lineId: LineId;
  readonly conversationId: string;
  readonly nowMs: number;
}

/** What one socket brings at the moment. */
interface Voice {
  run: Run | null;
  /** It says again, from its beginning, what is over: held back for as long as it is the same. */
  isEcho: boolean;
  /** The first answer that it has not heard of: it was there when that one began, so it hears the beginning. */
  next: number;
  /** It hears the end of an answer of which it missed the beginning. */
  isLate: boolean;
}

export interface AnswersSurroundings {
  readonly questions: Questions;
  readonly settlement: Settlement;
  readonly hasHistory: boolean;
}

export class Answers {
  #list: Answer[] = [];
  #count = 0;
  #takenBack: readonly InboundFrame[] = [];
  readonly #voices = new Map<LineId, Voice>();
  readonly #questions: Questions;
  readonly #hasHistory: boolean;
  readonly #settlement: Settlement;

  constructor({ questions, settlement, hasHistory }: AnswersSurroundings) {
    this.#questions = questions;
    this.#settlement = settlement;
    this.#hasHistory = hasHistory;
  }

  get list(): readonly Answer[] {
    return this.#list;
  }

  /** One is shown that a history did not have: the next one decides. */
  get isInDoubt(): boolean {
    return this.#list.some(({ status, misses }) => status === 'done' && misses > 0);
  }

  open(lineId: LineId): void {
    this.#voices.set(lineId, { run: null, isEcho: false, next: this.#count + 1, isLate: false });
  }

  /** What only this socket brought is cut. */
  lose(lineId: LineId): void {
    const answer = this.#voices.get(lineId)?.run?.answer;
    this.#voices.delete(lineId);
    if (answer?.status === 'growing' && !this.#isHeard(answer)) answer.status = 'cut';
  }

  /** The server keeps whole answers, and of one that broke off what came of it in the end: what else is shown is not to stay. */
  takeUnkept(conversationId: string): readonly InboundFrame[] {
    // A socket may have ended since the history was read.
    this.#settlement.claimOld(this.#list);
    const settled = this.#list.findLast(({ status }) => status === 'settled');
    const unkept = this.#list.filter(({ status, misses, ordinal }) => {
      // The history has later ones: of this one it will never have more.
      const isPassed = settled !== undefined && ordinal < settled.ordinal;
      return (
        status === 'superseded' ||
        (status === 'done' && misses >= (isPassed ? 1 : MISSES_MAX)) ||
        ((status === 'failed' || status === 'cut') && isPassed)
      );
    });
    this.#list = this.#list.filter((answer) => !unkept.includes(answer));
    return unkept.map((answer) => this.#takeBack(answer, conversationId));
  }

  /** A client that was closing did not hear of it: it is told with each join. */
  get takenBack(): readonly InboundFrame[] {
    return this.#takenBack;
  }

  /** A worker begins: with the next answer, or once more with one that it did not bring to its end. */
  start(at: Hearing): readonly InboundFrame[] {
    const voice = this.#voices.get(at.lineId);
    if (voice === undefined) return [];
    voice.isLate = false;
    voice.isEcho = false;
    const before = voice.run?.answer;
    const isAwaited = this.#questions.awaiting() !== null;
    if (before?.status === 'growing' && !isAwaited) {
      voice.run = new Run(before);
      return [];
    }
    const told: InboundFrame[] = before?.status === 'growing' ? [before.end('failed')] : [];
    const last = this.#list.at(-1);
    if (this.#unheard(voice) === undefined && (last?.status === 'done' || last?.status === 'settled')) {
      voice.run = new Run(last);
      voice.isEcho = true;
    } else told.push(...this.#begin(voice, at, ''));
    return told;
  }

  chunk(at: Hearing, chunk: string): readonly InboundFrame[] {
    const voice = this.#voices.get(at.lineId);
    if (voice === undefined || chunk === '') return [];
    if (voice.run === null) {
      voice.isLate = true;
      return [];
    }
    if (voice.isEcho) {
      if (voice.run.repeats(chunk)) return [];
      return this.#begin(voice, at, voice.run.said + chunk);
    }
    const frame = voice.run.answer.status === 'growing' ? voice.run.say(chunk) : null;
    return frame === null ? [] : [frame];
  }

  /** `isSure`: what is shown is all there is to know of it. Else the history has to tell. */
  complete(at: Hearing): { told: readonly InboundFrame[]; isSure: boolean } {
    const voice = this.#voices.get(at.lineId);
    if (voice === undefined) return { told: [], isSure: true };
    const { run, isEcho } = voice;
    voice.run = null;
    voice.isEcho = false;
    if (run === null) {
      voice.next = this.#count + 1;
      return { told: [], isSure: false };
    }
    // Word for word the last answer: said twice, or the answer to another question, of another tab perhaps.
    if (isEcho && run.isLevel && (this.#hasHistory || this.#questions.awaiting() === null)) {
      run.answer.echoedAtMs = at.nowMs;
      return { told: [], isSure: !this.#hasHistory };
    }
    const told: InboundFrame[] = [];
    if (isEcho) told.push(...this.#begin(voice, at, run.said));
    const { answer } = isEcho && voice.run !== null ? voice.run : run;
    voice.run = null;
    if (answer.status !== 'growing') return { told, isSure: true };
    if (!isEcho && !run.isLevel) told.push(answer.replace(run.said));
    // The history overtook the socket, and it is shown from there.
    if (this.#settlement.claim(answer)) {
      answer.status = 'settled';
      return { told: [...told, this.#takeBack(answer, at.conversationId)], isSure: false };
    }
    told.push(answer.end('done'));
    return { told, isSure: answer.isAwaited && !this.#isInsteadOfOther(answer) };
  }

  /** The worker failed in the middle, or before it had said a word. */
  fail(at: Hearing): readonly InboundFrame[] {
    const voice = this.#voices.get(at.lineId);
    if (voice === undefined) return [];
    const told = voice.run === null && !voice.isLate ? this.#begin(voice, at, '') : [];
    const answer = voice.isEcho ? undefined : voice.run?.answer;
    voice.run = null;
    voice.isEcho = false;
    return answer?.status === 'growing' ? [...told, answer.end('failed')] : told;
  }

  /** What another socket began meanwhile is the same answer; else it is a new one. */
  #begin(voice: Voice, at: Hearing, text: string): InboundFrame[] {
    const unheard = this.#unheard(voice);
    const told = unheard === undefined ? this.#add(at) : [];
    const answer = unheard ?? this.#list.at(-1);
    if (answer === undefined) return told;
    const run = this.#hear(voice, answer);
    const grown = text === '' || answer.status !== 'growing' ? null : run.say(text);
    if (grown !== null) told.push(grown);
    return told;
  }

  #unheard({ next }: Voice): Answer | undefined {
    return this.#list.find(({ ordinal }) => ordinal >= next);
  }

  #add({ conversationId, nowMs }: Hearing): InboundFrame[] {
    const failed = this.#list.at(-1);
    this.#count += 1;
    const question = this.#questions.answer();
    const answer = new Answer(this.#count, nowMs, question !== null);
    this.#list.push(answer);
    this.#forgetOld();
    // Nothing else is awaited, so this is what failed before, said again.
    const told: InboundFrame[] =
      question === null && failed?.status === 'failed' ? [this.#replaceFailed(failed, conversationId)] : [];
    told.push(answer.start(conversationId));
    return told;
  }

  #forgetOld(): void {
    let length = this.#list.reduce((sum, { text }) => sum + text.length, 0);
    while (this.#list.length > ANSWERS_MAX || length > TEXTS_LENGTH_MAX) {
      length -= this.#list.shift()?.text.length ?? length;
    }
  }

  #hear(voice: Voice, answer: Answer): Run {
    const run = new Run(answer);
    voice.run = run;
    voice.isEcho = false;
    voice.next = answer.ordinal + 1;
    if (answer.status === 'cut') answer.status = 'growing';
    return run;
  }

  #replaceFailed(failed: Answer, conversationId: string): InboundFrame {
    this.#list = this.#list.filter((answer) => answer !== failed);
    return this.#takeBack(failed, conversationId);
  }

  #takeBack({ id }: Answer, conversationId: string): InboundFrame {
    const frame = gone(id, conversationId);
    this.#takenBack = [...this.#takenBack, frame].slice(-ANSWERS_MAX);
    return frame;
  }

  /**
   * The same words came before: a task that was given to a worker twice, or two questions with one answer. Or one broke
   * off before: this may be it, said anew.
   */
  #isInsteadOfOther({ text, ordinal }: Answer): boolean {
    return this.#list.some(
      (one) => one.ordinal !== ordinal && (one.text === text || one.status === 'cut' || one.status === 'failed'),
    );
  }

  #isHeard(answer: Answer): boolean {
    return [...this.#voices.values()].some(({ run }) => run?.answer === answer);
  }
}
