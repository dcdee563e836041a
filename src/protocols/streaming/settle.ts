/** Ties the messages of the server's history to what was shown before they had an id. */

import type { WireMessage } from '../../core/frame.js';
import { RecentMap } from '../../core/inbox/recent-map.js';
import { readTimeMs } from '../wire-time.js';
import type { Answer } from './answer.js';
import type { Questions } from './questions.js';
import type { StoredMessage } from './schema.js';

/** So far may the clocks of client and server be apart. */
const CLOCKS_APART_MS = 300_000;
const KNOWN_MAX = 5_000;

/** What a message of the history is shown as. */
interface Shown {
  readonly id: string;
  readonly clientMessageId: string | null;
  /** Of the answer here that it is; null for everything else. */
  readonly ordinal: number | null;
}

export interface Unsettled {
  readonly questions: Questions;
  /** In the order in which they began. */
  readonly answers: readonly Answer[];
}

export interface SettledHistory {
  readonly messages: readonly WireMessage[];
  /** Those that no history had before. */
  readonly fresh: readonly WireMessage[];
}

export class Settlement {
  readonly #shown = new RecentMap<Shown>(KNOWN_MAX);
  /** With which message the history began last; servers give only so many. */
  #firstId: StoredMessage['id'] | null = null;
  /** Messages that came first are nobody's answer here: they are of before this client. */
  #isFirst = true;

  /** The history as messages with the ids under which they are shown. The answers that it has are settled. */
  read(rows: readonly StoredMessage[], conversationId: string, unsettled: Unsettled): SettledHistory {
    // What a socket still brings is in no history yet.
    const open = unsettled.answers.filter(({ status }) => status === 'cut' || status === 'failed' || status === 'done');
    const fresh: WireMessage[] = [];
    let oldest: number | null = null;
    const messages = rows.map((row) => {
      const key = String(row.id);
      const known = this.#shown.get(key);
      const shown = known ?? this.#identify(row, key, unsettled.questions, open);
      this.#shown.set(key, shown);
      oldest ??= shown.ordinal;
      const message = toMessage(row, conversationId, shown);
      if (known === undefined) fresh.push(message);
      return message;
    });
    this.#isFirst = false;
    // One that does not reach back to where it did says nothing of what was before.
    const firstId = rows[0]?.id ?? null;
    const from = firstId === this.#firstId ? 0 : (oldest ?? 0);
    for (const answer of open) if (answer.ordinal > from) answer.misses += 1;
    this.#firstId = firstId;
    return { messages, fresh };
  }

  #identify(row: StoredMessage, key: string, questions: Questions, open: Answer[]): Shown {
    if (row.sender === 'user') {
      const saidAtMs = readTimeMs(row.created_at, Number.MAX_SAFE_INTEGER);
      const question = questions.match(row.content, (askedAtMs) => saidAtMs >= askedAtMs - CLOCKS_APART_MS);
      if (question !== null) questions.drop(question.id);
      return { id: question?.id ?? key, clientMessageId: question?.id ?? null, ordinal: null };
    }
    const index = this.#findAnswer(row.content, open);
    const [answer] = index < 0 ? [] : open.splice(index, 1);
    if (answer?.status === 'failed') {
      // What has failed is over, and does not grow any more.
      answer.status = 'superseded';
      return { id: key, clientMessageId: null, ordinal: answer.ordinal };
    }
    if (answer !== undefined) answer.status = 'settled';
    return { id: answer?.id ?? key, clientMessageId: null, ordinal: answer?.ordinal ?? null };
  }

  /** An answer with these words; else one that broke off in them; else one whose worker may have said it anew. */
  #findAnswer(content: string, open: readonly Answer[]): number {
    const matches: readonly ((answer: Answer) => boolean)[] = [
      ({ text }) => text === content,
      ({ text, status }) => status !== 'done' && content.startsWith(text),
      ({ status }) => status === 'cut' && !this.#isFirst,
    ];
    return matches.reduce((found, match) => (found >= 0 ? found : open.findIndex(match)), -1);
  }
}

function toMessage(row: StoredMessage, conversationId: string, { id, clientMessageId }: Shown): WireMessage {
  return {
    id,
    clientMessageId,
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
