/** From the body of the history endpoint to the messages in it. */

import type { StoredMessage } from './schema.js';

/** Oldest first; null for a body that is no history. A message that cannot be read is left out. */
export function readHistory(body: string): readonly StoredMessage[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  return Array.isArray(parsed) ? parsed.filter(isStoredMessage) : null;
}

/** What `storedMessageSchema` says, without zod. */
function isStoredMessage(value: unknown): value is StoredMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { id, sender, content, created_at: createdAt } = value as Readonly<Record<string, unknown>>;
  const hasId = typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
  const isDated = createdAt === undefined || typeof createdAt === 'string';
  return hasId && (sender === 'user' || sender === 'assistant') && typeof content === 'string' && isDated;
}
