/** What a mock server knows: its logs, who is connected, and who has joined what. */
import type { Clock } from '../../ports/clock.js';
import type { MockConnection } from '../network/mock-connection.js';
import { MockLog, type MockLogEntry, type MockLogEvent } from './mock-log.js';
import { ackFrame, type Dialect, eventFrame, type ServerEnvelope } from './server-frames.js';

/** A message that a client sent and that has had no answer. */
export interface PendingMessage {
  /** The client's id of it: the one that the ack names. */
  readonly clientMessageId: string;
  readonly conversationId: string;
  readonly content: string;
  readonly inReplyTo: string | null;
  readonly metadata: unknown;
  readonly connection: MockConnection;
}

/** A session: a connection that was greeted. */
interface Session {
  readonly userId: string;
  /** It was told that a text may hold several frames. */
  readonly takesBatches: boolean;
  readonly joined: Set<string>;
  /** The last number of each producer in each conversation, on this connection. */
  readonly producers: Map<string, number>;
}

interface EarlierMessage {
  readonly entry: MockLogEntry;
  /** What it said at first; it may have been edited. */
  readonly said: string;
}

export interface ServerTraits {
  readonly dialect: Dialect;
  readonly userId: (connection: MockConnection) => string;
  readonly clock: Clock | null;
  readonly hello: Readonly<Record<string, unknown>>;
}

export class ServerState {
  readonly traits: ServerTraits;
  readonly #logs = new Map<string, MockLog>();
  /** The first words of each message, whatever has become of it. */
  readonly #said = new Map<string, string>();
  /** The conversations that each user has ever joined. */
  readonly #visited = new Map<string, Set<string>>();
  readonly #sessions = new Map<MockConnection, Session>();

  constructor(traits: ServerTraits) {
    this.traits = traits;
  }

  nowMs(): number {
    return this.traits.clock?.nowMs() ?? 0;
  }

  get deduplicates(): boolean {
    return this.traits.dialect !== 'base' && this.traits.hello['deduplicates'] === true;
  }

  log(conversationId: string): MockLog {
    const log = this.#logs.get(conversationId) ?? new MockLog(conversationId);
    this.#logs.set(conversationId, log);
    return log;
  }

  greet(connection: MockConnection, takesBatches: boolean): Session {
    const userId = this.traits.userId(connection);
    const session: Session = { userId, takesBatches, joined: new Set(), producers: new Map() };
    this.#sessions.set(connection, session);
    connection.onEnd(() => this.#sessions.delete(connection));
    return session;
  }

  session(connection: MockConnection): Session | null {
    return this.#sessions.get(connection) ?? null;
  }

  /** Who it is, also after its end. */
  userOf(connection: MockConnection): string {
    return this.session(connection)?.userId ?? this.traits.userId(connection);
  }

  join(connection: MockConnection, conversationId: string): void {
    const userId = this.userOf(connection);
    this.session(connection)?.joined.add(conversationId);
    this.#visited.set(userId, (this.#visited.get(userId) ?? new Set()).add(conversationId));
  }

  /** Where the logs end that a user has joined, for the hello. */
  headsFor(userId: string): Readonly<Record<string, { readonly epoch: string; readonly latestSeq: number }>> {
    const logs = [...(this.#visited.get(userId) ?? [])].map((id) => this.log(id));
    return Object.fromEntries(
      logs.map(({ conversationId, epoch, latestSeq }) => [conversationId, { epoch, latestSeq }]),
    );
  }

  /** Sends nothing on a connection that is over: servers do not notice that any sooner. */
  send(connection: MockConnection, frame: ServerEnvelope): void {
    if (connection.state !== 'open') return;
    const timestamp = this.traits.clock === null ? {} : { timestamp: this.nowMs() };
    connection.sendRaw(JSON.stringify({ ...frame, ...timestamp }));
  }

  /** To everyone who joined; servers of the base family send to all who are there. */
  broadcast(conversationId: string, frame: ServerEnvelope, except: MockConnection | null = null): void {
    for (const [connection, { joined }] of [...this.#sessions]) {
      const isMeant = this.traits.dialect === 'base' || joined.has(conversationId);
      if (isMeant && connection !== except) this.send(connection, frame);
    }
  }

  /** Tells everyone of what stands in a log. */
  tell(log: MockLog, event: MockLogEvent): void {
    const frame = eventFrame(this.traits.dialect, log, event);
    if (frame !== null) this.broadcast(log.conversationId, frame);
  }

  /** What the same user has said under the same id; null where the server does not deduplicate. */
  findEarlier({ clientMessageId, conversationId, connection }: PendingMessage): EarlierMessage | null {
    if (!this.deduplicates) return null;
    const entry = this.log(conversationId).findByClientMessageId(clientMessageId, this.userOf(connection));
    return entry === null ? null : { entry, said: this.#said.get(entry.id) ?? entry.content };
  }

  /** Stores a message and tells everyone; a repeat is only looked up. Nothing is acked yet. */
  store(message: PendingMessage): { readonly entry: MockLogEntry; readonly isDuplicate: boolean } {
    const { clientMessageId, conversationId, content, inReplyTo, metadata } = message;
    const earlier = this.findEarlier(message);
    if (earlier !== null) return { entry: earlier.entry, isDuplicate: true };
    const senderId = this.userOf(message.connection);
    const log = this.log(conversationId);
    const draft = { clientMessageId, senderId, content, inReplyTo, metadata };
    const entry = log.append({ ...draft, role: null, isStreaming: false, createdAtMs: this.nowMs() });
    this.#said.set(entry.id, content);
    this.tell(log, { type: 'message', seq: entry.seq, id: entry.id });
    return { entry, isDuplicate: false };
  }

  ack(connection: MockConnection, entry: MockLogEntry, isDuplicate: boolean): void {
    this.send(connection, ackFrame(this.traits.dialect, entry, isDuplicate));
  }
}
