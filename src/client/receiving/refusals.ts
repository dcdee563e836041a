/** What a server's refusal means: for a message, for a join, for the token, or for the pace of everything. */

import type { ConnectionEvent } from '../../core/connection/event.js';
import type { InboundFrame } from '../../core/frame.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Sender } from '../sending/sender.js';
import type { GapFiller } from './gap-filler.js';
import type { Joins } from './joins.js';
import type { OlderPages } from './older-pages.js';
import type { ReadMarks } from './read-marks.js';
import type { StreamStops } from './stream-stops.js';

type Refused = Extract<InboundFrame, { readonly type: 'refused' }>;

/** Server words are cut: they go to logs. */
const CODE_CHARS_MAX = 64;
/** How protocols say that a message was taken, but elsewhere. */
const WRONG_CONVERSATION = 'WRONG_CONVERSATION';

export interface RefusalSurroundings {
  readonly sender: Sender;
  readonly gaps: GapFiller;
  readonly pages: OlderPages;
  readonly readMarks: ReadMarks;
  readonly streamStops: StreamStops;
  readonly dispatch: (event: ConnectionEvent) => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class Refusals {
  readonly #around: RefusalSurroundings;

  constructor(around: RefusalSurroundings) {
    this.#around = around;
  }

  take(joins: Joins, frame: Refused): void {
    const { agreement } = joins;
    switch (frame.verdict) {
      case 'token':
        if (agreement.isReady) this.#around.onTrouble(refusal('protocol/refused', frame.code));
        return this.#around.dispatch({ type: 'token-rejected', dialId: agreement.dialId });
      case 'pause':
      case 'retry':
        return this.#postpone(joins, frame);
      case 'final':
        return this.#refuse(joins, frame);
    }
  }

  #postpone(joins: Joins, refused: Refused): void {
    const { sender, onTrouble } = this.#around;
    const { clientMessageId: id, retryAfterMs, verdict, code } = refused;
    if (id !== null && joins.agreement.joining.has(id)) {
      return verdict === 'pause' ? joins.pause(id, retryAfterMs) : joins.postpone(id, retryAfterMs);
    }
    if (id === null && verdict === 'retry') return onTrouble(refusal('protocol/refused', code));
    if (id === null || !this.#refuseRequest(id, refused)) sender.postpone(id, retryAfterMs);
  }

  /** A refusal that names nothing of ours, while joins are open, answers the oldest of them. */
  #refuse(joins: Joins, refused: Refused): void {
    const { sender, onTrouble } = this.#around;
    const { clientMessageId: id, code } = refused;
    const isJoin = id !== null && joins.agreement.joining.has(id);
    const isAstray = code === WRONG_CONVERSATION;
    const error = refusal(isAstray ? 'delivery/wrong-conversation' : 'delivery/refused', code);
    if (id !== null && sender.refuse(id, error)) return;
    if (id !== null && !isJoin && this.#refuseRequest(id, refused)) return;
    onTrouble(refusal('protocol/refused', code));
    const [oldest] = joins.agreement.joining.keys();
    const refusedId = isJoin ? id : oldest;
    if (refusedId !== undefined) joins.settle(refusedId);
  }

  /** What is asked about a conversation carries its id; what is asked again by itself takes the refusal first. */
  #refuseRequest(id: string, { verdict, retryAfterMs, code }: Refused): boolean {
    const { gaps, pages, readMarks, streamStops } = this.#around;
    if (verdict === 'final' && streamStops.refuse(id)) return true;
    if (gaps.refuse(id, verdict, retryAfterMs)) return true;
    return pages.refuse(id, refusal('protocol/refused', code)) || readMarks.refuse(id, verdict, retryAfterMs);
  }
}

/** Server texts may repeat what a user wrote, so only the code goes into the error. */
function refusal(
  code: 'delivery/refused' | 'delivery/wrong-conversation' | 'protocol/refused',
  serverWord: string,
): ChatSocketError {
  const serverCode = serverWord.slice(0, CODE_CHARS_MAX);
  const what = code === 'protocol/refused' ? 'a frame' : 'the message';
  return new ChatSocketError(code, `The server refused ${what}: ${serverCode}.`, { fields: { serverCode } });
}
