/** A model of the thread family's server with its traps; a test says what happens when. */

import type { HttpAnswer, HttpPort } from '../../src/ports/http.js';
import type { MockConnection, MockTransport } from '../../src/testing/index.js';

interface Post {
  readonly message: string;
  readonly client_msg_id: string;
  readonly authorization: string | undefined;
}

export interface ReplyFields {
  readonly text: string;
  readonly inReplyTo?: string;
  readonly id?: string;
  readonly sequence?: number;
}

export class ThreadServer {
  /** Messages as they are, each once. */
  readonly messages: string[] = [];
  /** Every post that reached the server, repeats too. */
  readonly posts: Post[] = [];
  /** Ids of `message_ack`, in order. */
  readonly acks: string[] = [];
  /** What the next posts are answered with; after them 202. `lost`, `never`: taken, and the answer does not arrive. */
  readonly answers: (Partial<HttpAnswer> | 'lost' | 'never' | 'unreachable')[] = [];
  threadId = 'thread-1';
  isRefusing = false;
  /** Sockets open, and are closed for their tokens. */
  isRefusingTokens = false;
  readonly #open = new Set<MockConnection>();
  readonly #keys = new Set<string>();

  constructor(transport: MockTransport) {
    transport.onConnection((connection) => this.#meet(connection));
  }

  readonly http: HttpPort = ({ body, headers }) => ({ answer: this.#answer(body, headers), cancel: () => {} });

  reply({ text, inReplyTo, id = `answer-${text}`, sequence }: ReplyFields): void {
    this.say({
      type: 'chat_message',
      event: 'assistant_message',
      thread_id: this.threadId,
      payload: { text, rich: {}, agent: 'supervisor' },
      meta: { queued_message_id: id, in_reply_to: inReplyTo ?? null },
      ...(sequence !== undefined && { sequence }),
    });
  }

  say(frame: object): void {
    for (const connection of this.#open) connection.sendRaw(JSON.stringify(frame));
  }

  async #answer(body: string | null, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    const next = this.answers.shift();
    if (next === 'unreachable') throw new TypeError('fetch failed');
    const posted: { message: string; client_msg_id: string } = JSON.parse(body ?? '{}');
    this.posts.push({ ...posted, authorization: headers['Authorization'] });
    if (typeof next === 'object') return { status: 500, retryAfterMs: null, body: '{}', ...next };
    const isRepeat = this.#keys.has(posted.client_msg_id);
    this.#keys.add(posted.client_msg_id);
    if (!isRepeat) this.messages.push(posted.message);
    if (next === 'never') return new Promise(() => {});
    if (next === 'lost') throw new TypeError('fetch failed');
    return { status: 202, retryAfterMs: null, body: JSON.stringify(this.#accepted(posted.client_msg_id, isRepeat)) };
  }

  #accepted(key: string, idempotent: boolean): object {
    return {
      ok: true,
      thread_id: this.threadId,
      queued_message_id: `queued-${key}`,
      client_msg_id_echo: key,
      idempotent,
    };
  }

  #meet(connection: MockConnection): void {
    if (this.isRefusing) return connection.rejectHandshake();
    connection.accept({ subprotocol: null });
    if (this.isRefusingTokens) return connection.close(4401);
    this.#open.add(connection);
    connection.onEnd(() => this.#open.delete(connection));
    connection.onFrame((text) => {
      const frame: { type: string; message_id?: string } = JSON.parse(text);
      // Many servers of this family never answer a ping.
      if (frame.type === 'message_ack' && frame.message_id !== undefined) this.acks.push(frame.message_id);
    });
  }
}
