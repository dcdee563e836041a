/** What a client shows of a conversation of two, and what the server has of it. */

import type { Message } from '../../../../examples/node-envelope/marketplace.js';
import type { ChatMessage } from '../../../../src/client/chat-message.js';
import type { Life } from '../../device/life.js';
import { findOdd, findOutOfOrder, wordsOf } from '../kept-words.js';

const ARRIVED: ReadonlySet<string> = new Set(['sent', 'delivered', 'read']);

export function findDifference(messages: readonly Message[], life: Life, conversationId: string): string | null {
  const { messages: rows } = life.client.conversation(conversationId).snapshot;
  // What the server does not have stays shown, for its user to decide.
  const arrived = rows.filter(({ delivery }) => delivery === null || ARRIVED.has(delivery));
  const shown = arrived.filter((row) => !isSecondThought(life, row)).map(wordsOf);
  return findOdd(shown, messages) ?? findOutOfOrder(shown, messages.map(wordsOf));
}

/** Its time was up while it was on its way. Its copy, which has no name, is shown as another message; its ack comes after. */
function isSecondThought({ attempts }: Life, { id, clientMessageId }: ChatMessage): boolean {
  return id === null && attempts.get(clientMessageId ?? '')?.end?.kind === 'failed';
}
