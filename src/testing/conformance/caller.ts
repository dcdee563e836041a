import { withMethods } from '../option-faults.js';
import type { ConformanceConnection } from './conformance-options.js';
import { FrameWatch } from './frame-watch.js';
import { ClauseBlocked, ClauseBroken, ConformanceSetupError } from './outcome.js';
import {
  type Ack,
  type Backlog,
  type LogEvent,
  type Refusal,
  readAck,
  readBacklog,
  readLogEvent,
  readRefusal,
  type ServerFrame,
} from './server-frame.js';
import type { Settings } from './settings.js';

/** A place from which a join goes on. */
export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

export interface Said {
  readonly conversationId: string;
  readonly messageId: string;
  readonly content: string;
  readonly producer?: { readonly id: string; readonly seq: number };
}

/** The server's word on one message. */
export type Answer =
  | { readonly type: 'ack'; readonly ack: Ack }
  | { readonly type: 'refusal'; readonly refusal: Refusal };

/** A message that was acknowledged in the full form. */
export interface Placed {
  readonly id: string;
  readonly seq: number;
}

/** Said by servers that want a slower client; everything else in a refusal is about the frame itself. */
const TOO_FAST = 'RATE_LIMIT';
const PAUSE_DEFAULT_MS = 1_000;

/** One connection of one user to the server under test. */
export class Caller {
  readonly user: string;
  readonly #settings: Settings;
  readonly #watch: FrameWatch;
  readonly #abort = new AbortController();
  #connection: ConformanceConnection | null = null;
  #hello: ServerFrame['payload'] = {};

  constructor(user: string, settings: Settings) {
    this.user = user;
    this.#settings = settings;
    this.#watch = new FrameWatch(settings.clock, settings.timeouts.answerMs);
  }

  /** Everything that has come, oldest first. */
  get frames(): readonly ServerFrame[] {
    return this.#watch.frames;
  }

  /** The payload of the server's `connected`. */
  get hello(): ServerFrame['payload'] {
    return this.#hello;
  }

  /** Connects and waits for the hello. */
  async dial(): Promise<void> {
    try {
      // One that comes too late is closed by `#connect` itself.
      await this.#watch.within('a connection', this.#connect());
      const read = (frame: ServerFrame) => (frame.type === 'connected' ? frame.payload : null);
      this.#hello = await this.#watch.next('the hello `connected`', read);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConformanceSetupError(`${this.user} could not connect: ${why}`, { cause: error });
    }
  }

  send(type: string, payload: object, messageId: string): void {
    if (this.#watch.isOver) throw new ClauseBroken(`The server closed the connection before ${type} could be sent.`);
    const timestamp = Math.floor(this.#settings.clock.nowMs());
    try {
      this.#connection?.send(JSON.stringify({ type, payload, messageId, timestamp }));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ClauseBroken(`${type} could not be sent: ${why}`);
    }
  }

  /** Everything that has come, of which `read` makes something. */
  all<Result>(read: (frame: ServerFrame) => Result | null): readonly Result[] {
    return this.#watch.all(read);
  }

  /** Waits until `count` frames have come of which `read` makes something, and returns all of them. */
  async atLeast<Result>(
    count: number,
    what: string,
    read: (frame: ServerFrame) => Result | null,
  ): Promise<readonly Result[]> {
    await this.#watch.until(`${count} × ${what}`, () => this.all(read).length >= count);
    return this.all(read);
  }

  eventsOf(conversationId: string): readonly LogEvent[] {
    return this.all((frame) => readLogEvent(frame, conversationId));
  }

  /** The events that bring the text `content`. */
  broadcastsOf(conversationId: string, content: string): readonly LogEvent[] {
    return this.eventsOf(conversationId).filter(({ type, entry }) => {
      return type === 'new_message' && entry?.content === content;
    });
  }

  /** Asks for a conversation: everything after a place, or the newest of it. */
  async join(conversationId: string, after: Place | null = null): Promise<Backlog> {
    const payload = { conversationId, ...(after === null ? {} : { after }), limit: 100 };
    const answer = await this.ask('join_conversation', payload, {
      what: 'conversation_history',
      read: (frame) => readBacklog(frame, conversationId),
    });
    if (answer.refusal === null) return answer.result;
    throw new ClauseBlocked(`${this.user} may not join ${conversationId}: ${answer.refusal.code}.`);
  }

  /** Pings, and returns the payload of the pong. */
  async ping(): Promise<ServerFrame['payload']> {
    const read = (frame: ServerFrame) => (frame.type === 'pong' ? frame.payload : null);
    const answer = await this.ask('ping', {}, { what: 'pong', read });
    if (answer.refusal === null) return answer.result;
    throw new ClauseBroken(`A ping was refused with ${answer.refusal.code}.`);
  }

  async say(said: Said): Promise<Answer> {
    const { messageId, ...payload } = said;
    const read = (frame: ServerFrame) => {
      const ack = readAck(frame);
      return ack?.messageId === messageId ? ack : null;
    };
    const { result, refusal } = await this.ask('send_message', payload, { what: 'ack', read, messageId });
    return refusal === null ? { type: 'ack', ack: result } : { type: 'refusal', refusal };
  }

  /** Says it, and counts on an ack of the full form: for what only prepares a check. */
  async place(said: Said): Promise<Placed> {
    const answer = await this.say(said);
    if (answer.type === 'refusal') {
      throw new ClauseBlocked(`A plain message of ${this.user} was refused with ${answer.refusal.code}.`);
    }
    const { id, seq } = answer.ack;
    if (id === null || seq === null) throw new ClauseBlocked('Acks name no `id` and `seq`; see DS-5.');
    return { id, seq };
  }

  /** Sends a frame and waits for its answer; where the server wants it slower, again after the pause it names. */
  async ask<Result>(
    type: string,
    payload: object,
    expected: {
      readonly what: string;
      readonly read: (frame: ServerFrame) => Result | null;
      readonly messageId?: string;
    },
  ): Promise<{ result: Result; refusal: null } | { result: null; refusal: Refusal }> {
    const messageId = expected.messageId ?? this.#settings.messageId();
    for (;;) {
      const since = this.frames.length;
      this.send(type, payload, messageId);
      const answer = await this.#watch.next(
        `the answer \`${expected.what}\` to ${type}`,
        (frame) => {
          const refusal = readRefusal(frame);
          if (refusal?.messageId === messageId) return { result: null, refusal };
          const result = expected.read(frame);
          return result === null ? null : { result, refusal: null };
        },
        since,
      );
      if (answer.refusal?.code !== TOO_FAST) return answer;
      await this.#pause(answer.refusal.retryAfterMs ?? PAUSE_DEFAULT_MS);
    }
  }

  /** Ends the connection. Twice is harmless. */
  async close(): Promise<void> {
    this.#watch.end();
    this.#abort.abort();
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null) await closeQuietly(connection);
  }

  async #connect(): Promise<void> {
    const connection = await this.#settings.connect({
      user: this.user,
      signal: this.#abort.signal,
      onText: (text) => this.#watch.receive(text),
      onClose: () => this.#watch.end(),
    });
    if (!isConnection(connection)) throw new Error('`connect` gave no connection, an object with send() and close().');
    if (this.#abort.signal.aborted) {
      await closeQuietly(connection);
      return;
    }
    this.#connection = connection;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#settings.clock.startTimer(resolve, delayMs);
    });
  }
}

function isConnection(value: unknown): boolean {
  return withMethods('send', 'close').includes(value);
}

/** A connection that fails to close is over all the same, and says nothing about a clause. */
async function closeQuietly(connection: ConformanceConnection): Promise<void> {
  try {
    await connection.close();
  } catch {
    // Nobody is left to hear of it.
  }
}
