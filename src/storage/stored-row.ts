/** A message as the database holds it, and the way there and back. */
import type { StoredMessage } from '../ports/outbox-store.js';

/** Hides what is kept from whoever reads the disk. */
export interface OutboxCodec {
  /**
   * What to keep instead of this text: anything that structured clone can carry, such as `{ iv, sealed }`. Where it
   * rejects, the message is not kept: its `persisted` tells `durable: false`.
   */
  encode(text: string): Promise<unknown>;
  /** The text again. A row for which it rejects is set aside. It may be called with what another codec, or a key that is gone, made. */
  decode(kept: unknown): Promise<string>;
}

export interface StoredRow {
  readonly namespace: string;
  readonly id: string;
  readonly owner: string;
  readonly schema: number;
  /** The message as JSON, or what the codec made of it. */
  readonly body: unknown;
  readonly isEncoded: boolean;
}

const SCHEMA = 1;

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isNumberOrNull = (value: unknown) => value === null || isNumber(value);

/** Every field of a message and what it may hold. */
const FIELDS: Readonly<Record<keyof StoredMessage, (value: unknown) => boolean>> = {
  id: isText,
  conversationId: isText,
  content: isText,
  metadata: () => true,
  inReplyTo: (value) => value === null || isText(value),
  queuedAtMs: isNumber,
  expiresAtMs: isNumberOrNull,
  order: isNumber,
  transmittedAtMs: isNumberOrNull,
};

/** What of a row depends on its message. */
export type RowContent = Pick<StoredRow, 'schema' | 'body' | 'isEncoded'>;

export async function encodeMessage(message: StoredMessage, codec: OutboxCodec | null): Promise<RowContent> {
  const kept = Object.keys(FIELDS).map((name) => [name, Reflect.get(message, name) ?? null]);
  const text = JSON.stringify(Object.fromEntries(kept));
  return { schema: SCHEMA, body: codec === null ? text : await codec.encode(text), isEncoded: codec !== null };
}

/** Null for a row that this version cannot read. Rows of a time without a codec are read as they are. */
export async function decodeRow(row: StoredRow, codec: OutboxCodec | null): Promise<StoredMessage | null> {
  if (row.schema !== SCHEMA) return null;
  try {
    const text = row.isEncoded && codec !== null ? await codec.decode(row.body) : row.body;
    const message: unknown = JSON.parse(String(text), refuseUnsafeKey);
    return isStoredMessage(message) && message.id === row.id ? message : null;
  } catch {
    return null;
  }
}

function refuseUnsafeKey(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('The row holds a key that no message has.');
  return value;
}

function isStoredMessage(value: unknown): value is StoredMessage {
  if (typeof value !== 'object' || value === null) return false;
  const fields = Object.entries(FIELDS);
  return (
    Object.keys(value).length === fields.length &&
    fields.every(([name, isValid]) => Object.hasOwn(value, name) && isValid(Reflect.get(value, name)))
  );
}
