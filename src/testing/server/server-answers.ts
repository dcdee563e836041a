/** What a mock server answers by itself: joins, pings, history, typing, read marks, new tokens. */

import type { MockConnection } from '../network/mock-connection.js';
import {
  type ClientEnvelope,
  isRecord,
  readClientFrames,
  readList,
  readNumber,
  readRecord,
  readString,
} from './client-frame.js';
import type { MockStreams } from './mock-streams.js';
import { errorFrame, historyFrame, historyPageFrame, rangeFrame } from './server-frames.js';
import type { PendingMessage, ServerState } from './server-state.js';

const LIMIT_DEFAULT = 100;

export interface AnswerSources {
  readonly state: ServerState;
  readonly streams: MockStreams;
  /** Takes a message that has passed the checks of order. */
  readonly onMessage: (message: PendingMessage, producer: ProducerMark | null) => void;
  /** Takes a token from an `authenticate` frame. */
  readonly onToken: (token: string) => void;
}

/** A sender's own count of its messages. */
export interface ProducerMark {
  readonly key: string;
  readonly seq: number;
}

export class ServerAnswers {
  readonly #sources: AnswerSources;
  /** How many frames of a type are still to get no answer. */
  readonly #ignored = new Map<string, number>();

  constructor(sources: AnswerSources) {
    this.#sources = sources;
  }

  take(connection: MockConnection, text: string): void {
    const { state } = this.#sources;
    for (const frame of readClientFrames(text, state.session(connection)?.takesBatches === true)) {
      if (frame === null) state.send(connection, errorFrame('PARSE_ERROR'));
      else this.#answer(connection, frame);
    }
  }

  ignore(type: string, count: number): void {
    this.#ignored.set(type, count);
  }

  #answer(connection: MockConnection, frame: ClientEnvelope): void {
    const ignoredCount = this.#ignored.get(frame.type) ?? 0;
    this.#ignored.set(frame.type, Math.max(0, ignoredCount - 1));
    if (ignoredCount > 0) return;
    switch (frame.type) {
      case 'ping':
        return this.#pong(connection);
      case 'join_conversation':
        return this.#join(connection, frame);
      case 'send_message':
        return this.#takeMessage(connection, frame);
      case 'load_history':
        return this.#loadHistory(connection, frame);
      case 'fetch_range':
        return this.#fetchRange(connection, frame);
      case 'mark_read':
        return this.#markRead(connection, frame);
      case 'typing':
      case 'stop_typing':
        return this.#tellTyping(connection, frame);
      case 'authenticate':
        return this.#renewToken(connection, frame);
      case 'cancel_stream':
        return this.#sources.streams.stop(readString(frame.payload, 'messageId') ?? '');
      default:
        this.#sources.state.send(
          connection,
          errorFrame('UNKNOWN_TYPE', frame.messageId === null ? {} : { messageId: frame.messageId }),
        );
    }
  }

  #pong(connection: MockConnection): void {
    const { state } = this.#sources;
    const joined = [...(state.session(connection)?.joined ?? [])];
    const latest = Object.fromEntries(joined.map((id) => [id, state.log(id).latestSeq]));
    state.send(connection, state.traits.dialect === 'base' ? { type: 'pong' } : { type: 'pong', payload: { latest } });
  }

  #join(connection: MockConnection, { payload }: ClientEnvelope): void {
    const { state, streams } = this.#sources;
    const conversationId = readString(payload, 'conversationId') ?? '';
    const cursor = readRecord(payload, 'after') ?? {};
    const epoch = readString(cursor, 'epoch');
    const after = epoch === null ? null : { epoch, seq: readNumber(cursor, 'seq') ?? 0 };
    const limit = readNumber(payload, 'limit') ?? LIMIT_DEFAULT;
    state.join(connection, conversationId);
    const join = { conversationId, after, limit };
    state.send(connection, historyFrame(state.traits.dialect, state.log(conversationId), join));
    for (const stream of readList(payload, 'streams').filter(isRecord)) {
      streams.resume(connection, readString(stream, 'messageId') ?? '', readNumber(stream, 'offset') ?? 0);
    }
  }

  #takeMessage(connection: MockConnection, { messageId, payload }: ClientEnvelope): void {
    const conversationId = readString(payload, 'conversationId') ?? '';
    const producer = readRecord(payload, 'producer');
    const producerId = producer === null ? null : readString(producer, 'id');
    const message: PendingMessage = {
      clientMessageId: messageId ?? '',
      conversationId,
      content: readString(payload, 'content') ?? '',
      inReplyTo: readString(payload, 'inReplyTo'),
      metadata: payload['metadata'],
      connection,
    };
    const seq = producer === null ? null : readNumber(producer, 'seq');
    this.#sources.onMessage(
      message,
      producerId === null || seq === null ? null : { key: `${conversationId} ${producerId}`, seq },
    );
  }

  #loadHistory(connection: MockConnection, { payload }: ClientEnvelope): void {
    const { state } = this.#sources;
    const conversationId = readString(payload, 'conversationId') ?? '';
    const log = state.log(conversationId);
    const page = log.page(readNumber(payload, 'before'), readNumber(payload, 'limit') ?? LIMIT_DEFAULT);
    state.send(connection, historyPageFrame(conversationId, page));
  }

  /** A read mark is a durable event in `chatsocket.v1`, so it uses up a number. */
  #markRead(connection: MockConnection, { messageId, payload }: ClientEnvelope): void {
    const { state } = this.#sources;
    const log = state.log(readString(payload, 'conversationId') ?? '');
    const ids = readList(payload, 'messageIds').filter((id) => typeof id === 'string');
    state.tell(log, log.read(ids, state.userOf(connection)));
    if (messageId !== null) state.send(connection, { type: 'ack', payload: { messageId } });
  }

  #fetchRange(connection: MockConnection, { payload }: ClientEnvelope): void {
    const { state } = this.#sources;
    const log = state.log(readString(payload, 'conversationId') ?? '');
    const from = readNumber(payload, 'from') ?? 1;
    state.send(connection, rangeFrame(log, from, readNumber(payload, 'to') ?? from));
  }

  #tellTyping(connection: MockConnection, { type, payload }: ClientEnvelope): void {
    const { state } = this.#sources;
    const conversationId = readString(payload, 'conversationId') ?? '';
    const signal = { type: `user_${type}`, payload: { conversationId, userId: state.userOf(connection) } };
    state.broadcast(conversationId, signal, connection);
  }

  #renewToken(connection: MockConnection, { payload }: ClientEnvelope): void {
    const { state, onToken } = this.#sources;
    onToken(readString(payload, 'token') ?? '');
    const expiresInMs = state.traits.hello['expiresInMs'];
    state.send(connection, { type: 'authenticated', payload: expiresInMs === undefined ? {} : { expiresInMs } });
  }
}
