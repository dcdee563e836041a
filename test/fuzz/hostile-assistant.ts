/** A client of the streaming family, and a server and a history that say whatever the dice tell them to. */

import { ChatSocketClient } from '../../src/index.js';
import type { HttpPort } from '../../src/ports/http.js';
import type { SocketHandlers, Transport } from '../../src/ports/transport.js';
import { streamingProtocol } from '../../src/protocols/index.js';
import { serverFrameSchema } from '../../src/protocols/streaming/schema.js';
import { countingIds, type ManualClock, manualClock, seededRandom, settle } from '../../src/testing/index.js';
import { FrameMix } from './frame-mix.js';
import { hostileTexts } from './hostile-texts.js';

export const HISTORY_MAX = 60;
/** More than the protocol keeps of a conversation. */
const ROWS_MAX = 30;

const words = ['', 'one', ' two ', '😀', '\ud83d', '\ude00', 'x'.repeat(200), 'one two', '__proto__'];
const refusals = [
  'Rate limit exceeded. Try again in 1 minutes.',
  'Rate limit exceeded. Try again in 999999 hours.',
  'Rate limit exceeded',
  'Message cannot be empty',
  'Message too long (max 10000 characters)',
  'Failed to process message. Please try again.',
];

interface Socket {
  readonly handlers: SocketHandlers;
  isOpen: boolean;
}

export class HostileAssistant {
  readonly clock: ManualClock = manualClock();
  readonly client: ChatSocketClient;
  readonly mix: FrameMix;
  readonly counts = { dials: 0, sends: 0, readings: 0 };
  readonly #sockets: Socket[] = [];
  readonly #answers: string[] = [];
  #rows = 0;

  constructor(seed: number) {
    this.mix = new FrameMix({
      seed,
      union: serverFrameSchema,
      live: {
        type: () => this.mix.pick(['chat.message', 'chat.message', 'other']),
        chunk: () => this.mix.pick(words),
        error: () => this.mix.pick(refusals),
        expires_in: () => this.mix.pick([0, 1, 60, 1e9]),
      },
    });
    this.client = new ChatSocketClient({
      url: 'ws://localhost/',
      conversationId: 'c-1',
      protocol: streamingProtocol({ historyEndpoint: (id) => `/messages/${id}/` }),
      transport: this.#transport(),
      http: this.#http,
      clock: this.clock,
      random: seededRandom(seed),
      ids: countingIds(seed),
      inbox: { historyMax: HISTORY_MAX },
      reconnect: { dialsPerMinuteMax: 60 },
    });
  }

  nextText(): string {
    return this.#answers.shift() ?? this.mix.next();
  }

  /** To one of the sockets that are open, or to all of them; false where nobody hears. */
  tell(text: string): boolean {
    const open = this.#sockets.filter(({ isOpen }) => isOpen);
    const hearers = this.mix.roll(2) === 0 ? open : open.slice(-1);
    for (const { handlers } of hearers) handlers.received(text);
    return hearers.length > 0;
  }

  /** Brings the client back, however it was sent away. */
  async open(): Promise<void> {
    for (let tries = 0; !this.#sockets.some(({ isOpen }) => isOpen); tries += 1) {
      if (tries > 100) throw new Error('The client does not dial any more.');
      if (this.client.snapshot.connection.status === 'closed') this.client.connect();
      await this.clock.advance(10_000);
    }
  }

  async close(): Promise<void> {
    const closed = this.client.close();
    await this.clock.advance(10_000);
    await closed;
  }

  /** What the people at the client do meanwhile, and the network. */
  async act(): Promise<void> {
    const { client, mix } = this;
    const acts = [
      () => (client.outbox.list().length < 50 ? void client.send(mix.pick(['mine', 'one'])) : client.outbox.clear()),
      () => client.stopStream(),
      () => client.reconnect(),
      () => {
        const socket = mix.pick(this.#sockets);
        this.#forget(socket);
        socket.handlers.closed({ code: 1006, reason: '', wasClean: false });
      },
    ];
    if (this.#sockets.length > 0) mix.pick(mix.roll(4) === 0 ? acts : acts.slice(0, 2))();
    await settle();
  }

  readonly #http: HttpPort = () => {
    this.counts.readings += 1;
    const status = this.mix.pick([200, 200, 200, 200, 503, 401]);
    const body = this.mix.roll(5) === 0 ? this.mix.pick(hostileTexts) : JSON.stringify(this.#history());
    const answer =
      this.mix.roll(10) === 0
        ? Promise.reject(new Error('gone'))
        : Promise.resolve({ status, retryAfterMs: null, body });
    return { answer, cancel: () => {} };
  };

  #history(): readonly unknown[] {
    this.#rows += this.mix.roll(3);
    return Array.from({ length: ROWS_MAX }, (_, index) => ({
      id: this.mix.roll(40) === 0 ? this.mix.pick([null, {}, '', -1]) : this.#rows + index,
      sender: this.mix.pick(['user', 'assistant', 'assistant', 'system']),
      content: this.mix.pick(['mine', ...words]),
      created_at: this.mix.pick(['2026-01-01T00:00:00Z', 'never', '']),
    }));
  }

  #transport(): Transport {
    return {
      name: 'direct',
      open: (_request, handlers) => {
        const socket: Socket = { handlers, isOpen: false };
        this.counts.dials += 1;
        this.#sockets.push(socket);
        this.clock.startTimer(() => {
          if (!this.#sockets.includes(socket)) return;
          socket.isOpen = true;
          handlers.opened();
          handlers.received('{"event":"connected"}');
        }, 1);
        return {
          bufferedBytes: 0,
          send: (text) => {
            this.#hear(text);
            return true;
          },
          close: (code, reason) => {
            this.#forget(socket);
            this.clock.startTimer(() => handlers.closed({ code, reason, wasClean: true }), 1);
          },
          abandon: () => this.#forget(socket),
        };
      },
    };
  }

  #forget(socket: Socket): void {
    socket.isOpen = false;
    const index = this.#sockets.indexOf(socket);
    if (index >= 0) this.#sockets.splice(index, 1);
  }

  #hear(text: string): void {
    if (text.includes('ping')) this.#answers.push('{"event":"pong"}');
    else this.counts.sends += 1;
    if (this.mix.roll(2) === 0) this.#answers.push('{"event":"task_queued"}', '{"event":"processing_started"}');
  }
}
