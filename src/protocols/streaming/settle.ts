/** Ties the messages of the server's history to what was shown before they had an id. */

import type { WireMessage } from '../../core/frame.js';
import { RecentMap } from '../../core/inbox/recent-map.js';
import { readTimeMs } from '../wire-time.js';
import type { Answer } from './answer.js';
import type { Question, Questions } from './questions.js';
import type { StoredMessage } from './schema.js';

/** So far may the clocks of client and server be apart. */
const CLOCKS_APART_MS = 300_000;
/** A socket may be so far behind the history: its page may have been frozen. */
const LATE_MAX_MS = 60_000;
const KNOWN_MAX = 5_000;
const EARLY_MAX = 100;

/** What a message of the history is shown as. */
interface Shown {
  readonly id: string;
  readonly clientMessageId: string | null;
  /** Of the answer here that it is; null for everything else. */
  readonly ordinal: number | null;
  /** When a history had it first. */
  readonly readAtMs: number;
}

export interface Unsettled {
  readonly questions: Questions;
  /** In the order in which they began. */
  readonly answers: readonly Answer[];
  readonly nowMs: number;
}

interface Found extends Unsettled {
  /** What the history has behind it. */
  readonly later: readonly StoredMessage[];
}

/** An answer that the history had before any socket brought it whole. */
interface Early {
  readonly content: string;
  readonly readAtMs: number;
  readonly isOfFirst: boolean;
  /** It is shown as one that had broken off here, or seemed to; else nobody here knows yet that it is one of theirs. */
  isAssigned: boolean;
}

export interface SettledHistory {
  readonly messages: readonly WireMessage[];
  /** Those that no history had before. */
  readonly fresh: readonly PlacedMessage[];
  /** Questions that were shown without anybody knowing whose they are. */
  readonly found: readonly FoundQuestion[];
  /** The last one is a question of this page, and no answer to it has begun. */
  readonly endsUnanswered: boolean;
}

interface PlacedMessage {
  readonly message: WireMessage;
  /** The next one that was shown before; null if there is none. */
  readonly beforeId: string | null;
}

interface FoundQuestion {
  readonly questionId: string;
  /** Under which it is shown. */
  readonly id: string;
}

export class Settlement {
  readonly #shown = new RecentMap<Shown>(KNOWN_MAX);
  #early: Early[] = [];
  /** Messages that came first are nobody's answer here: they are of before this client. */
  #isFirst = true;

  /** The history as messages with the ids under which they are shown. The answers that it has are settled. */
  read(rows: readonly StoredMessage[], conversationId: string, unsettled: Unsettled): SettledHistory {
    // What a socket still brings is in no history yet, unless that socket is late, or dead without a word.
    const open = unsettled.answers.filter(({ status }) => status === 'cut' || status === 'failed' || status === 'done');
    const accepted = unsettled.questions.accepted();
    const sinceMs = new Map<string, number>();
    for (const { id, startedAtMs } of unsettled.answers) sinceMs.set(id, startedAtMs);
    for (const { id, acceptedAtMs } of accepted) sinceMs.set(id, acceptedAtMs);
    const fresh: WireMessage[] = [];
    const found: FoundQuestion[] = [];
    let oldest: number | null = null;
    const messages = rows.map((row, index) => {
      const key = String(row.id);
      const known = this.#shown.get(key);
      const shown =
        known === undefined
          ? this.#identify(row, { ...unsettled, later: rows.slice(index + 1) }, open)
          : claimQuestion(known, row, { questions: unsettled.questions, found });
      this.#shown.set(key, shown);
      oldest ??= shown.ordinal;
      const message = toMessage(row, conversationId, shown);
      if (known === undefined) fresh.push(message);
      return message;
    });
    this.#isFirst = false;
    // A history that begins later says nothing of what was before: servers give only so many messages.
    const fromMs = this.#beginOf(rows);
    for (const answer of open) {
      if (answer.ordinal > (oldest ?? 0) || answer.startedAtMs > fromMs) answer.misses += 1;
    }
    const lastId = this.#shown.get(String(rows.at(-1)?.id))?.clientMessageId ?? null;
    const isAnswered = accepted.some((one) => one.id === lastId && one.isAnswered);
    return { messages, fresh: place(fresh, messages, sinceMs), found, endsUnanswered: lastId !== null && !isAnswered };
  }

  /** What began here after that is no older than the first message of this history. */
  #beginOf([first]: readonly StoredMessage[]): number {
    const readAtMs = this.#shown.get(String(first?.id))?.readAtMs ?? Number.MAX_SAFE_INTEGER;
    return Math.min(readAtMs, readTimeMs(first?.created_at, Number.MAX_SAFE_INTEGER) + CLOCKS_APART_MS);
  }

  /** The history had this answer before its socket brought the end of it. Each message of a history is one answer only. */
  claim({ text, startedAtMs }: Answer): boolean {
    const index = this.#early.findIndex(
      ({ content, readAtMs }) => content === text && startedAtMs <= readAtMs + LATE_MAX_MS,
    );
    if (index >= 0) this.#early.splice(index, 1);
    return index >= 0;
  }

  /**
   * Answers that broke off, and that the history had while a socket seemed to bring them still. A worker says all again,
   * and each of its runs may stand here, the later ones shorter than the first.
   */
  claimOld(answers: readonly Answer[]): void {
    for (const early of this.#early) {
      const runs = answers.filter((answer) => isOf(early, answer));
      const furthest = findFurthest(runs, early.content);
      if (!early.isAssigned && (furthest === null || furthest.status === 'growing')) continue;
      early.isAssigned = true;
      for (const run of runs) if (run.status !== 'growing') run.status = 'superseded';
    }
  }

  #identify(row: StoredMessage, { questions, answers, nowMs: readAtMs, later }: Found, open: Answer[]): Shown {
    const key = String(row.id);
    if (row.sender === 'user') {
      const isLater = ({ content }: Question) => later.some((other) => other.content === content.trim());
      // Of several with the same words, some may be of long before.
      const isLikely = (one: Question) => isSince(row, one) && !questions.before(one).some(isLater);
      const question = questions.match(row.content, isLikely);
      if (question !== null) questions.settle(question);
      return { id: question?.id ?? key, clientMessageId: question?.id ?? null, ordinal: null, readAtMs };
    }
    const isSame = ({ text }: Answer) => text === row.content;
    if (!open.some(isSame) && answers.some((one) => isSame(one) && one.echoedAtMs + LATE_MAX_MS > readAtMs)) {
      // Nothing began for it: it was another answer in the words of the last one.
      questions.answer();
    }
    const index = this.#findAnswer(row.content, open, answers);
    const [answer] = index < 0 ? [] : open.splice(index, 1);
    if (answer?.status !== 'done') {
      const isAssigned = answer !== undefined;
      const early = { content: row.content, readAtMs, isOfFirst: this.#isFirst, isAssigned };
      this.#early = [...this.#early, early].slice(-EARLY_MAX);
    }
    if (answer?.status === 'failed') {
      // What has failed is over, and does not grow any more.
      answer.status = 'superseded';
      return { id: key, clientMessageId: null, ordinal: answer.ordinal, readAtMs };
    }
    if (answer !== undefined) answer.status = 'settled';
    return { id: answer?.id ?? key, clientMessageId: null, ordinal: answer?.ordinal ?? null, readAtMs };
  }

  /**
   * An answer with these words, a whole one first: what broke off before it at its very end was said anew. Else the one
   * that broke off in them furthest, if no socket seems to bring them still; else one whose worker may have said it anew.
   */
  #findAnswer(content: string, open: readonly Answer[], answers: readonly Answer[]): number {
    const same = open.filter(({ text }) => text === content);
    const [first] = same;
    if (first !== undefined) return open.indexOf(same.find(({ status }) => status === 'done') ?? first);
    const begun = findFurthest(answers, content);
    if (begun !== null && open.includes(begun)) return open.indexOf(begun);
    if (begun !== null && begun.text !== '') return -1;
    return this.#isFirst ? -1 : open.findIndex((one) => one.status === 'cut' && !this.#wasTold(one));
  }

  /** An earlier history had it, and it is shown from there. */
  #wasTold(answer: Answer): boolean {
    return answer.text !== '' && this.#early.some((early) => isOf(early, answer));
  }
}

/** Of the answers that are not over, the one that begins with most of these words. */
function findFurthest(answers: readonly Answer[], content: string): Answer | null {
  const begun = answers.filter((answer) => isBegun(answer, content));
  return begun.sort((one, other) => other.text.length - one.text.length)[0] ?? null;
}

/**
 * It had begun when the history was read, or a late socket brings it. What the first history has is of before this
 * client, unless an answer had begun in the same words. Others may have broken off before they had said a word.
 */
function isOf({ content, readAtMs, isOfFirst }: Early, answer: Answer): boolean {
  const isWordless = answer.text === '';
  const lateMs = isOfFirst || isWordless ? 0 : LATE_MAX_MS;
  return isBegun(answer, content) && !(isOfFirst && isWordless) && answer.startedAtMs <= readAtMs + lateMs;
}

function isBegun({ status, text }: Answer, content: string): boolean {
  return (status === 'growing' || status === 'cut' || status === 'failed') && content.startsWith(text);
}

interface Claims {
  readonly questions: Questions;
  readonly found: FoundQuestion[];
}

/**
 * A question of an earlier life may be in a history that was read before it was recalled; under its own name where a
 * client that was closing did not hear of that.
 */
function claimQuestion(known: Shown, row: StoredMessage, { questions, found }: Claims): Shown {
  if (row.sender !== 'user') return known;
  const isOurs = ({ id }: Question) => (known.clientMessageId ?? id) === id;
  const question = questions.match(row.content, (one) => one.isOfOld && isOurs(one) && isSince(row, one));
  if (question === null) return known;
  questions.drop(question.id);
  found.push({ questionId: question.id, id: known.id });
  return { ...known, clientMessageId: question.id };
}

/**
 * Each goes before what comes after it in the history and is shown for longest: an answer is stored at its end, behind
 * questions that came after its first word. What an earlier history had is in front of it anyway.
 */
function place(
  fresh: readonly WireMessage[],
  messages: readonly WireMessage[],
  sinceMs: ReadonlyMap<string, number>,
): readonly PlacedMessage[] {
  const nextIds = new Map<string, string | null>();
  let nextId: string | null = null;
  let nextSinceMs = Number.POSITIVE_INFINITY;
  for (const { id } of [...messages].reverse()) {
    nextIds.set(id, nextId);
    const shownSinceMs = sinceMs.get(id);
    if (shownSinceMs === undefined || shownSinceMs > nextSinceMs) continue;
    nextId = id;
    nextSinceMs = shownSinceMs;
  }
  return fresh.map((message) => ({ message, beforeId: nextIds.get(message.id) ?? null }));
}

function isSince(row: StoredMessage, { askedAtMs }: Question): boolean {
  return readTimeMs(row.created_at, Number.MAX_SAFE_INTEGER) >= askedAtMs - CLOCKS_APART_MS;
}

function toMessage(row: StoredMessage, conversationId: string, { id, clientMessageId }: Shown): WireMessage {
  return {
    id,
    // A question of another page has a name, too: else the client takes it for one in its words that it sends just now.
    clientMessageId: clientMessageId ?? (row.sender === 'user' ? id : null),
    conversationId,
    senderId: row.sender,
    senderRole: row.sender === 'assistant' ? 'assistant' : null,
    content: row.content,
    createdAtMs: readTimeMs(row.created_at, undefined),
    seq: null,
    inReplyTo: null,
    streaming: false,
    changedSeq: null,
    deleted: false,
    isRead: false,
    metadata: null,
  };
}
