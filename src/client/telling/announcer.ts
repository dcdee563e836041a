/** Turns what changed into public events, told at the end of the turn, in order. */

import type { CloseKind } from '../../core/connection/close-cause.js';
import type { ConnectionState } from '../../core/connection/state.js';
import type { Recovery } from '../../core/frame.js';
import type { ToldChange } from '../../core/inbox/inbox-change.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Logger } from '../../ports/logger.js';
import type { ConnectionSnapshot } from '../chat-snapshot.js';
import type { ChatSocketEvents } from '../chat-socket-events.js';
import { wholeRetryAtMs } from '../connection/connection-view.js';
import { isFirstDiagnosis } from '../connection/refusal-inquiry.js';
import type { ConversationState } from '../receiving/conversation-state.js';
import type { Secrets } from '../secrets.js';
import type { Listeners } from './listeners.js';
import type { Turn } from './turn.js';

interface AnnouncerOptions {
  readonly logger: Logger | null;
  readonly secrets: Secrets;
}

export class Announcer {
  readonly #turn: Turn;
  readonly #listeners: Listeners<ChatSocketEvents>;
  readonly #logger: Logger | null;
  readonly #secrets: Secrets;

  constructor(turn: Turn, listeners: Listeners<ChatSocketEvents>, { logger, secrets }: AnnouncerOptions) {
    this.#turn = turn;
    this.#listeners = listeners;
    this.#logger = logger;
    this.#secrets = secrets;
  }

  emit<Name extends keyof ChatSocketEvents>(name: Name, payload: ChatSocketEvents[Name]): void {
    this.#turn.tell(() => this.#listeners.emit(name, payload));
  }

  trouble(error: ChatSocketError): void {
    this.#logger?.('warn', error.message, { code: error.code });
    this.emit('error', { error });
  }

  /** A listener of `error` that throws must not be told of itself. */
  listenerThrew(thrown: unknown, event: string): void {
    const reason = `A listener of ${event} threw; the others were called all the same. See cause.`;
    const error = new ChatSocketError('usage/listener-threw', reason, { cause: this.#secrets.clean(thrown) });
    if (event === 'error') this.#logger?.('error', error.message, { code: error.code });
    else this.#turn.run(() => this.trouble(error));
  }

  connectionChanged(before: ConnectionState, after: ConnectionState, connection: ConnectionSnapshot): void {
    if (hasNewStep(before, after)) {
      this.#logger?.('info', 'connection', { status: after.status, cause: after.record.lastCause?.kind ?? null });
      this.emit('status-changed', { connection });
    }
    if (after.status === 'open' && before.status !== 'open') this.emit('opened', { recovered: after.recovered });
    const recovered = handedOver(before, after);
    if (recovered !== null) this.emit('handover-finished', { recovered });
    if (after.status === 'closed' && before.status !== 'closed' && after.reason !== 'initial') {
      this.emit('closed', { reason: after.reason, cause: after.cause });
    }
    if (hasNewCause(before, after, 'token-timed-out')) {
      const text = 'The url or the token function did not answer within timeouts.tokenMs; the client tries again.';
      this.trouble(new ChatSocketError('token/timed-out', text, { retryable: true }));
    }
    if (isFirstDiagnosis(before, after)) {
      this.trouble(
        new ChatSocketError('connection/refused', 'The server refused the handshake several times; see explain().', {
          retryable: true,
        }),
      );
    }
  }

  inboxChanged(conversation: ConversationState, change: ToldChange): void {
    const conversationId = conversation.id;
    switch (change.type) {
      case 'received':
        return this.emit('message-received', { conversationId, message: conversation.dress(change.row) });
      case 'updated':
        return this.emit('message-updated', { conversationId, message: conversation.dress(change.row) });
      case 'stream-started':
        return this.emit('stream-started', { conversationId, messageId: change.id });
      case 'stream-delta': {
        const { id: messageId, offset, text } = change;
        return this.emit('stream-delta', { conversationId, messageId, offset, text });
      }
      case 'stream-ended':
        return this.emit('stream-ended', { conversationId, messageId: change.id, status: change.status });
      case 'read':
        return this.emit('read-changed', { conversationId, messageIds: change.messageIds, readBy: change.readBy });
      case 'gap-lost':
        return this.emit('gap-detected', { conversationId, fromSeq: change.fromSeq, toSeq: change.toSeq });
      case 'gap-filled':
        return this.emit('gap-recovered', { conversationId, fromSeq: change.fromSeq, toSeq: change.toSeq });
      case 'deleted':
        return this.emit('message-deleted', { conversationId, messageId: change.id });
      case 'reset':
        return this.emit('history-reset', { conversationId });
      case 'confirmed':
      case 'duplicate':
      case 'stream-postponed':
        return;
    }
  }
}

/** A change of status or phase, or a new time for the next dial. */
function hasNewStep(before: ConnectionState, after: ConnectionState): boolean {
  if (before.status !== after.status) return true;
  if (before.status === 'closed' && after.status === 'closed') return before.reason !== after.reason;
  if (before.status !== 'connecting' || after.status !== 'connecting') return false;
  if (before.phase === 'waiting') return after.phase !== 'waiting' || wholeRetryAtMs(before) !== wholeRetryAtMs(after);
  if (after.phase === 'waiting') return true;
  return before.attempt.phase !== after.attempt.phase || before.attempt.dialId !== after.attempt.dialId;
}

/** What the joins of the connection that took over brought back; null if none did. */
function handedOver(before: ConnectionState, after: ConnectionState): Recovery | null {
  const isOver = before.status === 'open' && before.handover.phase === 'draining';
  if (!isOver || after.status !== 'open' || after.handover.phase === 'draining') return null;
  return after.recovered === 'first' ? 'full' : after.recovered;
}

function hasNewCause(before: ConnectionState, after: ConnectionState, kind: CloseKind): boolean {
  return after.record.lastCause !== before.record.lastCause && after.record.lastCause?.kind === kind;
}
