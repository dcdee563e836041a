/** Reads what a server sent, field by field; what is not of the wire's form is absent. */

import { isRecord, readList, readNumber, readRecord, readString } from '../server/client-frame.js';

type Fields = Readonly<Record<string, unknown>>;

export interface ServerFrame {
  readonly type: string;
  readonly messageId: string | null;
  readonly payload: Fields;
}

export interface Ack {
  readonly messageId: string;
  readonly id: string | null;
  readonly seq: number | null;
  readonly duplicate: boolean;
}

export interface Refusal {
  readonly messageId: string | null;
  readonly code: string;
  readonly retryAfterMs: number | null;
  readonly expected: number | null;
}

export interface Entry {
  readonly id: string;
  readonly seq: number | null;
  readonly content: string;
  readonly changedSeq: number | null;
  readonly deleted: boolean;
}

/** The answer to a join. */
export interface Backlog {
  readonly entries: readonly Entry[];
  readonly epoch: string | null;
  readonly latestSeq: number | null;
  readonly recovered: string | null;
}

/** Something that has a place in a conversation's log, as it came over one connection. */
export interface LogEvent {
  readonly type: string;
  readonly epoch: string | null;
  readonly seq: number | null;
  /** The message that it brings or changes; null for what brings none. */
  readonly entry: Entry | null;
}

const LOG_EVENTS: readonly string[] = [
  'new_message',
  'message_updated',
  'message_deleted',
  'messages_read',
  'message_start',
];

/** The envelopes in one text: several where the server sends batches, none where it is no JSON. */
export function readServerFrames(text: string): readonly ServerFrame[] {
  const json = parse(text);
  return (Array.isArray(json) ? json : [json]).flatMap(readEnvelope);
}

export function readAck({ type, payload }: ServerFrame): Ack | null {
  const messageId = readString(payload, 'messageId');
  if (type !== 'ack' || messageId === null) return null;
  return {
    messageId,
    id: readString(payload, 'id'),
    seq: readSeq(payload, 'seq'),
    duplicate: payload['duplicate'] === true,
  };
}

export function readRefusal({ type, messageId, payload }: ServerFrame): Refusal | null {
  if (type !== 'error') return null;
  return {
    messageId: messageId ?? readString(payload, 'messageId'),
    code: readString(payload, 'code') ?? '',
    retryAfterMs: readNumber(payload, 'retryAfterMs'),
    expected: readNumber(payload, 'expected'),
  };
}

export function readBacklog({ type, payload }: ServerFrame, conversationId: string): Backlog | null {
  if (type !== 'conversation_history' || payload['conversationId'] !== conversationId) return null;
  return {
    entries: readEntries(payload, 'messages'),
    epoch: readString(payload, 'epoch'),
    latestSeq: readNumber(payload, 'latestSeq'),
    recovered: readString(payload, 'recovered'),
  };
}

export function readLogEvent({ type, payload }: ServerFrame, conversationId: string): LogEvent | null {
  if (!LOG_EVENTS.includes(type) || payload['conversationId'] !== conversationId) return null;
  const message = readRecord(payload, 'message');
  return {
    type,
    epoch: readString(payload, 'epoch'),
    seq: readSeq(payload, 'seq'),
    entry: message === null ? null : readEntry(message),
  };
}

export function readEntries(payload: Fields, name: string): readonly Entry[] {
  return readList(payload, name).flatMap((item) => (isRecord(item) ? (readEntry(item) ?? []) : []));
}

/** A place in a log: a whole number from 1 that arithmetic can be trusted with. */
function readSeq(payload: Fields, name: string): number | null {
  const value = payload[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : null;
}

function readEntry(message: Fields): Entry | null {
  const id = readString(message, 'id');
  if (id === null) return null;
  return {
    id,
    seq: readSeq(message, 'seq'),
    content: readString(message, 'content') ?? '',
    changedSeq: readSeq(message, 'changedSeq'),
    deleted: message['deleted'] === true,
  };
}

/** An envelope, also one within another; none where it is none. */
export function readEnvelope(json: unknown): readonly ServerFrame[] {
  if (!isRecord(json)) return [];
  const type = readString(json, 'type');
  if (type === null) return [];
  return [{ type, messageId: readString(json, 'messageId'), payload: readRecord(json, 'payload') ?? {} }];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
