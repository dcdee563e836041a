/** What a server's refusal means: for a message, for a join, for the token, or for the pace of everything. */

import type { ConnectionEvent } from '../../core/connection/event.js';
import type { InboundFrame } from '../../core/frame.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Sender } from '../sending/sender.js';
import type { Agreement } from './agreement.js';

type Refused = Extract<InboundFrame, { readonly type: 'refused' }>;

/** Server words are cut: they go to logs. */
const CODE_CHARS_MAX = 64;
const JOIN_PAUSE_MS = 1_000;
const JOIN_PAUSE_MAX_MS = 5_000;

export interface RefusalSurroundings {
  readonly sender: Sender;
  readonly dispatch: (event: ConnectionEvent) => void;
  /** A join was not taken now: it is to be asked again. */
  readonly onJoinPostponed: (conversationId: string, delayMs: number) => void;
  /** A join will never be taken. */
  readonly onJoinRefused: (conversationId: string) => void;
  /** A page of older messages will not come. */
  readonly onPageRefused: (conversationId: string, error: ChatSocketError) => boolean;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class Refusals {
  readonly #around: RefusalSurroundings;

  constructor(around: RefusalSurroundings) {
    this.#around = around;
  }

  take(agreement: Agreement, frame: Refused): void {
    switch (frame.verdict) {
      case 'token':
        if (agreement.isReady) this.#around.onTrouble(refusal('protocol/refused', frame.code));
        return this.#around.dispatch({ type: 'token-rejected', dialId: agreement.dialId });
      case 'pause':
      case 'retry':
        return this.#postpone(agreement, frame);
      case 'final':
        return this.#refuse(agreement, frame);
    }
  }

  #postpone(agreement: Agreement, { clientMessageId, retryAfterMs, verdict, code }: Refused): void {
    const { onPageRefused, onTrouble } = this.#around;
    if (clientMessageId !== null && agreement.joining.has(clientMessageId)) {
      const delayMs = Math.min(JOIN_PAUSE_MAX_MS, Math.max(0, retryAfterMs ?? JOIN_PAUSE_MS));
      return this.#around.onJoinPostponed(clientMessageId, delayMs);
    }
    if (clientMessageId === null && verdict === 'retry') return onTrouble(refusal('protocol/refused', code));
    if (clientMessageId !== null && onPageRefused(clientMessageId, refusal('protocol/refused', code))) return;
    this.#around.sender.postpone(clientMessageId, retryAfterMs);
  }

  /** A refusal that names nothing of ours, while joins are open, answers the oldest of them. */
  #refuse(agreement: Agreement, { clientMessageId, code }: Refused): void {
    const { sender, onJoinRefused, onPageRefused, onTrouble } = this.#around;
    if (clientMessageId !== null) {
      if (sender.refuse(clientMessageId, refusal('delivery/refused', code))) return;
      const isJoin = agreement.joining.has(clientMessageId);
      if (!isJoin && onPageRefused(clientMessageId, refusal('protocol/refused', code))) return;
    }
    onTrouble(refusal('protocol/refused', code));
    const [oldest] = agreement.joining;
    const refused = clientMessageId !== null && agreement.joining.has(clientMessageId) ? clientMessageId : oldest;
    if (refused !== undefined) onJoinRefused(refused);
  }
}

/** Server texts may repeat what a user wrote, so only the code goes into the error. */
function refusal(code: 'delivery/refused' | 'protocol/refused', serverWord: string): ChatSocketError {
  const serverCode = serverWord.slice(0, CODE_CHARS_MAX);
  const what = code === 'delivery/refused' ? 'the message' : 'a frame';
  return new ChatSocketError(code, `The server refused ${what}: ${serverCode}.`, { fields: { serverCode } });
}
