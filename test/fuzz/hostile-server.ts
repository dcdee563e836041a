/** A client, and a server that says whatever the dice tell it to, over a wire without a clock of its own. */

import { ChatSocketClient } from '../../src/index.js';
import type { SocketHandlers, Transport } from '../../src/ports/transport.js';
import { serverFrameSchema } from '../../src/protocols/envelope/schema.js';
import { countingIds, type ManualClock, manualClock, seededRandom, settle } from '../../src/testing/index.js';
import { FrameMix } from './frame-mix.js';

/** The generator knows these names too. */
export const ROOMS = ['c-1', 'c-2'] as const;

export const HISTORY_MAX = 60;

const codes = [
  'RATE_LIMIT',
  'OUT_OF_ORDER',
  'VALIDATION_ERROR',
  'ID_CONFLICT',
  'INTERNAL_ERROR',
  'TOO_MANY',
  'strange',
];
const hello = JSON.stringify({
  type: 'connected',
  payload: { userId: 'me', protocol: 'chatsocket.v1', deduplicates: true, producerOrder: true, dedupWindowMs: 1e9 },
});

interface Socket {
  readonly handlers: SocketHandlers;
  isOpen: boolean;
}

export class HostileServer {
  readonly clock: ManualClock = manualClock();
  readonly client: ChatSocketClient;
  readonly mix: FrameMix;
  readonly counts = { dials: 0, joins: 0, sends: 0, ranges: 0 };
  #socket: Socket | null = null;
  readonly #answers: string[] = [];
  /** Client ids of messages that came in, the newest anywhere. */
  readonly #sent: string[] = Array.from({ length: 8 }, () => 'none yet');
  #head = 0;
  #epoch = 1;

  constructor(seed: number) {
    this.mix = new FrameMix({ seed, union: serverFrameSchema, live: this.#live() });
    this.client = new ChatSocketClient({
      url: 'ws://localhost/',
      conversationId: ROOMS[0],
      transport: this.#transport(),
      clock: this.clock,
      random: seededRandom(seed),
      ids: countingIds(seed),
      inbox: { historyMax: HISTORY_MAX },
      reconnect: { dialsPerMinuteMax: 60 },
    });
    this.client.conversation(ROOMS[1]);
  }

  /** The text that comes next: an answer that is due, or one by the dice. */
  nextText(): string {
    return this.#answers.shift() ?? this.mix.next();
  }

  /** False where nobody is there to hear it. */
  tell(text: string): boolean {
    if (this.#socket?.isOpen !== true) return false;
    this.#socket.handlers.received(text);
    return true;
  }

  /** Brings the client back, however it was sent away. */
  async open(): Promise<void> {
    for (let tries = 0; this.#socket === null; tries += 1) {
      if (tries > 100) throw new Error('The client does not dial any more.');
      if (this.client.snapshot.connection.status === 'closed') this.client.connect();
      await this.clock.advance(10_000);
    }
    this.#socket.isOpen = true;
    this.#socket.handlers.opened();
    this.tell(hello);
    await settle();
  }

  async close(): Promise<void> {
    const closed = this.client.close();
    await this.clock.advance(10_000);
    await closed;
  }

  /** What the people at the client do meanwhile. */
  act(): void {
    const { client, mix } = this;
    const room = client.conversation(mix.pick(ROOMS));
    const acts = [
      () => (client.outbox.list().length < 50 ? void room.send('mine') : client.outbox.clear()),
      () => void room.loadOlder({ limit: 5 }).catch(() => {}),
      () => room.markRead(),
      () => room.setTyping(mix.roll(2) === 0),
      () => room.stopStream(),
    ];
    mix.pick(acts)();
  }

  #transport(): Transport {
    return {
      name: 'direct',
      open: (_request, handlers) => {
        const socket: Socket = { handlers, isOpen: false };
        this.counts.dials += 1;
        this.#socket = socket;
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
    if (this.#socket === socket) this.#socket = null;
  }

  /** Mostly answers what it is asked, so that the client gets somewhere; the mix alone seldom finds the right words. */
  #hear(text: string): void {
    // Safe: the client under test writes frames of this form.
    const frame = JSON.parse(text) as { type: string; messageId?: string; payload?: { conversationId?: string } };
    const conversationId = frame.payload?.conversationId;
    if (frame.type === 'ping') this.#answers.push('{"type":"pong"}');
    if (this.mix.roll(10) === 0) return;
    const place = { conversationId, epoch: `e${this.#epoch}` };
    if (frame.type === 'join_conversation') {
      this.counts.joins += 1;
      const recovered = this.mix.pick(['full', 'partial', 'none']);
      const payload = { ...place, messages: [], latestSeq: this.#head, recovered, hasOlder: true };
      this.#answers.push(JSON.stringify({ type: 'conversation_history', payload }));
    }
    if (frame.type === 'fetch_range') {
      this.counts.ranges += 1;
      this.#answers.push(JSON.stringify({ type: 'range', payload: { ...place, events: [], complete: false } }));
    }
    if (frame.type === 'send_message' && frame.messageId !== undefined) {
      this.counts.sends += 1;
      this.#sent[this.counts.sends % this.#sent.length] = frame.messageId;
      if (this.mix.roll(2) === 0) return;
      const payload = { messageId: frame.messageId, id: `m${this.#head}`, seq: this.#head };
      this.#answers.push(JSON.stringify({ type: 'ack', payload }));
    }
  }

  #live() {
    const { mix } = { mix: () => this.mix };
    const words = ['', 'one', ' two ', '😀', '\ud83d', 'x'.repeat(200)];
    const text = () => mix().pick(words);
    const person = () => mix().pick(['me', 'you', 'assistant']);
    const ownId = () => mix().pick(this.#sent);
    const near = () => Math.max(1, this.#head + 4 - mix().roll(12));
    const place = () => {
      if (mix().roll(3) > 0) return near();
      this.#head += 1;
      return this.#head;
    };
    const epoch = () => {
      if (mix().roll(3_000) === 0) this.#epoch += 1;
      return `e${this.#epoch}`;
    };
    return {
      conversationId: () => (mix().roll(8) === 0 ? ROOMS[1] : ROOMS[0]),
      id: () => `m${near()}`,
      messageIds: () => `m${near()}`,
      inReplyTo: () => `m${near()}`,
      messageId: ownId,
      clientMessageId: ownId,
      senderId: person,
      readBy: person,
      userId: () => 'me',
      protocol: () => 'chatsocket.v1',
      sessionId: text,
      content: text,
      text,
      epoch,
      seq: place,
      changedSeq: near,
      latestSeq: near,
      'c-1': near,
      'c-2': near,
      expected: () => mix().roll(5) + 1,
      offset: () => mix().roll(8),
      length: () => mix().roll(8),
      code: () => mix().pick(codes),
      retryAfterMs: () => mix().pick([0, 1, 500, 2_147_483_648, 1e12]),
      expiresInMs: () => mix().pick([0, 1, 60_000, 1e12]),
    };
  }
}
