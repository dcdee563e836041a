/** A client in its simplest form: it follows one conversation over any number of connections, and trusts what it is told. */

import type { EnvelopeMessage, EnvelopeServerFrame } from 'chatsocket/schemas';
import type { EngineBench } from './engine-bench.js';

export interface ReadMessage {
  readonly id: string;
  readonly content: string;
  readonly deleted: boolean;
  readonly read: boolean;
  readonly streaming: boolean;
}

type Payload<Type extends EnvelopeServerFrame['type']> = Extract<EnvelopeServerFrame, { type: Type }>['payload'];

export class LogReader {
  /** By place in the log. */
  readonly messages = new Map<number, ReadMessage>();
  readonly #connectionId: string;
  #bench: EngineBench | null = null;
  #heard = 0;
  #epoch = '';
  #cursor = 0;
  /** What is being fetched behind the cursor; both ends belong to it. */
  #hole: { readonly from: number; readonly to: number } | null = null;

  constructor(connectionId: string) {
    this.#connectionId = connectionId;
  }

  /** Dials anew, and asks for what it has missed. */
  connect(bench: EngineBench): void {
    if (this.#bench === bench) bench.disconnect(this.#connectionId);
    if (this.#bench !== bench) this.#heard = 0;
    this.#bench = bench;
    bench.connect(this.#connectionId);
    this.listen();
    const streams = [...this.messages.values()].filter((message) => message.streaming);
    bench.join(this.#connectionId, {
      after: this.#epoch === '' ? null : { epoch: this.#epoch, seq: this.#wholeTo },
      streams: streams.map(({ id, content }) => ({ messageId: id, offset: content.length })),
      limit: 1_000,
    });
  }

  /** Up to here nothing is missing: what a lost connection was asked for is asked for again. */
  get #wholeTo(): number {
    return this.#hole === null ? this.#cursor : this.#hole.from - 1;
  }

  listen(): void {
    const { effects } = this.#bench ?? { effects: [] };
    while (this.#heard < effects.length) {
      const effect = effects[this.#heard];
      this.#heard += 1;
      if (effect?.type === 'send' && effect.connectionIds.includes(this.#connectionId)) this.#take(effect.frame);
    }
  }

  #take(frame: EnvelopeServerFrame): void {
    switch (frame.type) {
      case 'conversation_history':
        this.#catchUp(frame.payload);
        return;
      case 'range':
        this.#fill(frame.payload);
        return;
      case 'new_message':
      case 'message_updated':
      case 'message_deleted':
      case 'messages_read':
      case 'message_start':
        if (this.#epoch === '' || frame.payload.seq !== this.#cursor + 1) return;
        this.#cursor += 1;
        this.#apply(frame);
        return;
      case 'message_delta':
        this.#stream(frame.payload.id, ({ content }) => {
          const { offset, text } = frame.payload;
          return offset > content.length ? {} : { content: content + text.slice(content.length - offset) };
        });
        return;
      case 'message_snapshot':
        this.#stream(frame.payload.id, () => ({ content: frame.payload.text }));
        return;
      case 'message_end':
        this.#stream(frame.payload.id, () => ({ streaming: false }));
    }
  }

  #catchUp({ messages, epoch = '', latestSeq = 0, recovered }: Payload<'conversation_history'>): void {
    const isResumed = recovered === 'full' || recovered === 'partial';
    if (!isResumed) this.messages.clear();
    this.#epoch = epoch;
    const after = this.#wholeTo;
    const firstNew = messages.find((message) => (message.seq ?? 0) > after)?.seq ?? latestSeq + 1;
    this.#hole = null;
    if (recovered === 'partial') this.#ask(after + 1, firstNew - 1);
    for (const message of messages) this.#put(message);
    this.#cursor = latestSeq;
  }

  #fill({ events, complete }: Payload<'range'>): void {
    for (const event of events) this.#apply(event);
    const last = events.at(-1)?.payload.seq;
    const to = this.#hole?.to ?? 0;
    this.#hole = null;
    if (last !== undefined) this.#ask(last + 1, to);
    else if (complete) throw new Error('A range is complete, and nothing is in it.');
  }

  #ask(from: number, to: number): void {
    if (from > to) return;
    this.#hole = { from, to };
    this.#bench?.fetchRange(this.#connectionId, [from, to]);
  }

  #apply(frame: EnvelopeServerFrame): void {
    if (frame.type === 'new_message' || frame.type === 'message_updated') this.#put(frame.payload.message);
    if (frame.type === 'message_deleted') {
      this.#change([frame.payload.id], () => ({ content: '', deleted: true, streaming: false }));
    }
    if (frame.type === 'messages_read') this.#change(frame.payload.messageIds, () => ({ read: true }));
    if (frame.type === 'message_start') {
      const { id, seq = 0 } = frame.payload;
      this.messages.set(seq, { id, content: '', deleted: false, read: false, streaming: true });
    }
  }

  #put({ id, seq = 0, content, deleted = false, read = false, streaming = false }: EnvelopeMessage): void {
    this.messages.set(seq, { id, content, deleted, read, streaming });
  }

  #stream(id: string, change: (message: ReadMessage) => Partial<ReadMessage>): void {
    this.#change([id], (message) => (message.streaming ? change(message) : {}));
  }

  #change(ids: readonly string[], change: (message: ReadMessage) => Partial<ReadMessage>): void {
    for (const [seq, message] of this.messages) {
      if (ids.includes(message.id)) this.messages.set(seq, { ...message, ...change(message) });
    }
  }
}
