/** A model of the streaming family's server with all its traps; a test says what happens when. */

import type { HttpPort } from '../../src/ports/http.js';
import type { MockConnection, MockTransport } from '../../src/testing/index.js';

interface Row {
  readonly id: number;
  readonly conversation_id: string;
  readonly sender: 'user' | 'assistant';
  readonly content: string;
  readonly created_at: string;
}

export class AssistantServer {
  readonly rows: Row[] = [];
  /** Every question that was accepted, in order. */
  readonly accepted: string[] = [];
  /** How often somebody came too fast. */
  refused = 0;
  /** False: the history answers 503. */
  hasHistory = true;
  historyReads = 0;
  /** True: neither HTTP nor a socket that is there brings anything any more. */
  #isUnreachable = false;
  /** True: dials are refused. */
  isRefusing = false;
  readonly #nowMs: () => number;
  readonly #open = new Set<MockConnection>();

  constructor(transport: MockTransport, nowMs: () => number) {
    this.#nowMs = nowMs;
    transport.onConnection((connection) => this.#meet(connection));
  }

  readonly http: HttpPort = ({ url }) => {
    this.historyReads += 1;
    const isHistory = this.hasHistory && url === 'http://localhost/api/v1/messages/conversation-1/';
    const body = JSON.stringify(this.rows);
    const status = isHistory ? 200 : 503;
    const answer = { status, retryAfterMs: null, body: isHistory ? body : '' };
    return { answer: this.#isUnreachable ? new Promise(() => {}) : Promise.resolve(answer), cancel: () => {} };
  };

  /** The network is dead, and nothing says so. */
  vanish(): void {
    this.#isUnreachable = true;
    for (const connection of this.#open) connection.blackhole();
  }

  toggle(trouble: 'isRefusing' | 'hasHistory'): void {
    this[trouble] = !this[trouble];
  }

  get openConnections(): readonly MockConnection[] {
    return [...this.#open];
  }

  /** A worker's frames go to every socket of the conversation. */
  say(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const text = JSON.stringify({ type: 'chat.message', event, conversation_id: 'conversation-1', ...fields });
    for (const connection of this.#open) connection.sendRaw(text);
  }

  start(): void {
    this.say('processing_started');
  }

  chunks(...chunks: readonly string[]): void {
    for (const chunk of chunks) this.say('chunk', { chunk });
  }

  /** The answer is stored, then told to be whole. */
  complete(content: string): void {
    this.store('assistant', content);
    this.say('complete');
  }

  answer(...chunks: readonly string[]): void {
    this.start();
    this.chunks(...chunks);
    this.complete(chunks.join(''));
  }

  store(sender: Row['sender'], content: string): void {
    this.rows.push({
      id: this.rows.length + 1,
      conversation_id: 'conversation-1',
      sender,
      content,
      created_at: new Date(this.#nowMs()).toISOString(),
    });
  }

  #meet(connection: MockConnection): void {
    if (this.isRefusing) return connection.rejectHandshake();
    connection.accept({ subprotocol: null });
    this.#open.add(connection);
    connection.onEnd(() => this.#open.delete(connection));
    connection.onFrame((text) => this.#read(connection, text));
    connection.sendRaw(JSON.stringify({ event: 'connected', conversation_id: 'conversation-1' }));
  }

  #read(connection: MockConnection, text: string): void {
    const frame: { type?: string; message?: string } = JSON.parse(text);
    if (frame.type === 'ping') return connection.sendRaw('{"event":"pong"}');
    const content = (frame.message ?? '').trim();
    if (content === '') return connection.sendRaw('{"event":"error","error":"Message cannot be empty"}');
    if (content === 'too fast') {
      this.refused += 1;
      return connection.sendRaw('{"event":"error","error":"Rate limit exceeded. Try again in 2 minutes."}');
    }
    this.store('user', content);
    this.accepted.push(content);
    connection.sendRaw(JSON.stringify({ event: 'task_queued', task_id: `task-${this.accepted.length}` }));
  }
}
