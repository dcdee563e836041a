import type { MockTransport } from './mock-transport.js';
import type { MockConnection } from './network/mock-connection.js';
import type { MockLog, MockLogEntry, MockLogEvent } from './server/mock-log.js';
import { type MockStream, MockStreams } from './server/mock-streams.js';
import { checkCall, checkServerOptions } from './server/script-checks.js';
import { ServerAnswers } from './server/server-answers.js';
import { DEFAULT_HELLO, errorFrame, type ServerEnvelope } from './server/server-frames.js';
import { ServerInbox } from './server/server-inbox.js';
import type {
  ChangeOptions,
  EmitOptions,
  MockServer,
  MockServerOptions,
  NackOptions,
  StreamOptions,
} from './server/server-script.js';
import { type PendingMessage, ServerState } from './server/server-state.js';
import { settle } from './settle.js';

const CHUNK_LENGTH = 8;

/**
 * Puts a server behind a mock transport. Throws `usage/invalid-option`, and its methods throw `usage/invalid-argument`,
 * for what they cannot work with.
 *
 * @example
 * const transport = mockTransport();
 * const server = mockServer({ transport, mode: 'auto' });
 * server.emit('Hello');
 */
export function mockServer(options: MockServerOptions): MockServer {
  checkServerOptions(options);
  return new ScriptedServer(options);
}

class ScriptedServer implements MockServer {
  readonly transport: MockTransport;
  readonly renewedTokens: string[] = [];
  readonly #conversationId: string;
  readonly #state: ServerState;
  readonly #streams: MockStreams;
  readonly #inbox: ServerInbox;
  readonly #answers: ServerAnswers;
  #isDown = false;

  constructor(options: MockServerOptions) {
    const { transport, mode = 'manual', dialect = 'chatsocket.v1', userId = 'user-1', clock = null } = options;
    this.transport = transport;
    this.#conversationId = options.conversationId ?? 'conversation-1';
    const userOf = typeof userId === 'function' ? userId : () => userId;
    this.#state = new ServerState({ dialect, userId: userOf, clock, hello: { ...DEFAULT_HELLO, ...options.hello } });
    this.#streams = new MockStreams(this.#state);
    this.#inbox = new ServerInbox(this.#state, mode);
    this.#answers = new ServerAnswers({
      state: this.#state,
      streams: this.#streams,
      onMessage: (message, producer) => this.#inbox.take(message, producer),
      onToken: (token) => this.renewedTokens.push(token),
    });
    transport.onConnection((connection) => {
      if (this.#isDown) connection.rejectHandshake();
      else if (mode === 'auto') this.#greet(connection, {});
    });
  }

  get connection(): MockConnection {
    const connection = this.transport.connections.at(-1);
    if (connection !== undefined) return connection;
    throw new Error(`There is no connection yet. What happened:\n${this.transport.transcript()}`);
  }

  get pending(): readonly PendingMessage[] {
    return this.#inbox.pending;
  }

  get log(): readonly MockLogEntry[] {
    return this.logOf(this.#conversationId);
  }

  logOf(conversationId: string): readonly MockLogEntry[] {
    return this.#state.log(conversationId).entries;
  }

  down(): void {
    this.#isDown = true;
    for (const connection of this.transport.connections) {
      if (connection.state !== 'closed') connection.dropAbruptly();
    }
  }

  up(): void {
    this.#isDown = false;
  }

  ready(hello: Readonly<Record<string, unknown>> = {}): void {
    this.#greet(this.connection, hello);
  }

  async readyNext(limits: { readonly withinMs?: number } = {}): Promise<MockConnection> {
    const connection = await this.transport.nextConnection(limits);
    if (this.#state.session(connection) === null) this.#greet(connection, {});
    await settle();
    return connection;
  }

  ack(id?: string): void {
    this.#inbox.decide({ kind: 'ack', copies: 1 }, id);
  }

  dropAck(id?: string): void {
    this.#inbox.decide({ kind: 'ack', copies: 0 }, id);
  }

  duplicateAck(id?: string): void {
    this.#inbox.decide({ kind: 'ack', copies: 2 }, id);
  }

  nack(code: string, options: NackOptions = {}): void {
    checkCall.nack(code, options);
    const { id, retryAfterMs } = options;
    this.#inbox.decide({ kind: 'nack', code, details: retryAfterMs === undefined ? {} : { retryAfterMs } }, id);
  }

  emit(content: string, options: EmitOptions = {}): MockLogEntry {
    checkCall.emit(content, options);
    const entry = this.#append(content, options);
    if (options.isLost !== true) this.#deliver(entry);
    return entry;
  }

  reorder(contents: readonly string[], order: readonly number[] = [...contents.keys()].reverse()) {
    checkCall.reorder(contents, order);
    const entries = contents.map((content) => this.#append(content, {}));
    for (const place of order) {
      const entry = entries[place];
      if (entry !== undefined) this.#deliver(entry);
    }
    return entries;
  }

  edit(id: string, content: string, options: ChangeOptions = {}): MockLogEntry | null {
    checkCall.edit(id, content, options);
    return this.#change(id, options, (log) => log.edit(id, content));
  }

  delete(id: string, options: ChangeOptions = {}): MockLogEntry | null {
    checkCall.delete(id, options);
    return this.#change(id, options, (log) => log.delete(id));
  }

  read(ids: readonly string[], options: ChangeOptions & { readonly readBy?: string } = {}): void {
    checkCall.read(ids, options);
    this.#change(ids[0] ?? '', options, (log) => log.read(ids, options.readBy ?? 'user-2'));
  }

  cutBefore(seq: number, conversationId = this.#conversationId): void {
    checkCall.seq('cutBefore(seq)', seq, conversationId);
    this.#state.log(conversationId).cutBefore(seq);
  }

  ignore(type: string, count = 1): void {
    checkCall.ignore(type, count);
    this.#answers.ignore(type, count);
  }

  skipSeq(count = 1, conversationId = this.#conversationId): void {
    checkCall.seq('skipSeq(count)', count, conversationId);
    this.#state.log(conversationId).skip(count);
  }

  replay(fromSeq = 1, conversationId = this.#conversationId): void {
    checkCall.seq('replay(fromSeq)', fromSeq, conversationId);
    const log = this.#state.log(conversationId);
    for (const event of log.eventsFrom(fromSeq)) this.#state.tell(log, event);
  }

  newEpoch(conversationId = this.#conversationId): void {
    this.#state.log(conversationId).startNewEpoch();
  }

  stream(content: string, options: StreamOptions = {}): MockStream {
    checkCall.stream(content, options);
    const { chunk = CHUNK_LENGTH, dropAt, duplicate = false } = options;
    const stream = this.#start(options);
    const chunkCount = Math.ceil(content.length / chunk);
    for (let index = 0; index < chunkCount; index += 1) {
      if (index === dropAt) this.connection.dropAbruptly();
      stream.write(content.slice(index * chunk, (index + 1) * chunk), { copies: duplicate ? 2 : 1 });
    }
    if (dropAt === chunkCount) this.connection.dropAbruptly();
    stream.end();
    return stream;
  }

  startStream(options: Pick<StreamOptions, 'conversationId' | 'senderId' | 'inReplyTo'> = {}): MockStream {
    checkCall.startStream(options);
    return this.#start(options);
  }

  setTyping(isTyping: boolean, options: Pick<EmitOptions, 'conversationId' | 'senderId'> = {}): void {
    checkCall.setTyping(isTyping, options);
    const { conversationId = this.#conversationId, senderId: userId = 'user-2' } = options;
    const type = isTyping ? 'user_typing' : 'user_stop_typing';
    this.#state.broadcast(conversationId, { type, payload: { conversationId, userId } });
  }

  expireToken(): void {
    const { connection } = this;
    if (this.#state.traits.dialect === 'base') {
      this.#state.send(connection, errorFrame('INVALID_TOKEN'));
      connection.close(1008, 'Invalid or expired token');
    } else connection.close(4401, 'token expired');
  }

  warnTokenExpiring(expiresInMs: number): void {
    this.sendFrame({ type: 'token_expiring_soon', payload: { expiresInMs } });
  }

  announceRestart(retryAfterMs: number): void {
    this.sendFrame({ type: 'server_restarting', payload: { retryAfterMs } });
  }

  sendFrame(frame: ServerEnvelope): void {
    this.connection.sendRaw(JSON.stringify(frame));
  }

  #greet(connection: MockConnection, hello: Readonly<Record<string, unknown>>): void {
    const { dialect } = this.#state.traits;
    if (connection.state === 'connecting') connection.accept();
    if (connection.state !== 'open') return;
    const { batch } = { ...this.#state.traits.hello, ...hello };
    const { userId } = this.#state.greet(connection, dialect !== 'base' && batch === true);
    connection.onFrame((text) => this.#answers.take(connection, text));
    const sessionId = `session-${connection.number}`;
    const terms =
      dialect === 'base' ? {} : { sessionId, conversations: this.#state.headsFor(userId), ...this.#state.traits.hello };
    this.#state.send(connection, { type: 'connected', payload: { userId, ...terms, ...hello } });
  }

  #start(options: StreamOptions): MockStream {
    const { conversationId = this.#conversationId, senderId = 'assistant', inReplyTo = null } = options;
    return this.#streams.start({ conversationId, senderId, inReplyTo });
  }

  #append(content: string, options: EmitOptions): MockLogEntry {
    const { conversationId = this.#conversationId, senderId = 'user-2', role = null, inReplyTo = null } = options;
    const draft = { clientMessageId: null, senderId, role, content, inReplyTo, metadata: options.metadata };
    const createdAtMs = this.#state.nowMs();
    return this.#state.log(conversationId).append({ ...draft, createdAtMs, isStreaming: false });
  }

  #change(id: string, options: ChangeOptions, change: (log: MockLog) => MockLogEvent): MockLogEntry | null {
    const log = this.#state.log(options.conversationId ?? this.#conversationId);
    const event = change(log);
    if (options.isLost !== true) this.#state.tell(log, event);
    return log.find(id);
  }

  #deliver(entry: MockLogEntry): void {
    this.#state.tell(this.#state.log(entry.conversationId), { type: 'message', seq: entry.seq, id: entry.id });
  }
}
