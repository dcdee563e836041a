/** Replies on their way to the sockets of a thread: each is sent again and again until somebody says that he has it. */

import type { Life } from '../../device/life.js';
import type { Timeline } from '../../world/timeline.js';
import type { Wire } from '../../world/wire.js';

export interface Reply {
  readonly id: string;
  readonly inReplyTo: string;
  readonly text: string;
  /** Null where the server counts nothing. */
  readonly sequence: number | null;
  /** Who said that he has it. */
  readonly ackedBy: Set<Life>;
}

/** Each further time comes after twice the wait; after these it waits for the next socket. */
const TIMES_MAX = 4;
const AGAIN_AFTER_MS = 10_000;

export class Deliveries {
  readonly #timeline: Timeline;
  readonly #sockets = new Map<Wire, { readonly life: Life | null; readonly waiting: Map<string, () => void> }>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get sockets(): readonly Wire[] {
    return [...this.#sockets.keys()];
  }

  has(wire: Wire): boolean {
    return this.#sockets.has(wire);
  }

  open(wire: Wire, life: Life | null): void {
    this.#sockets.set(wire, { life, waiting: new Map() });
  }

  close(wire: Wire): void {
    for (const stop of this.#sockets.get(wire)?.waiting.values() ?? []) stop();
    this.#sockets.delete(wire);
  }

  /** `isDropped`: the first time it gets lost on its way to the socket. */
  deliver(wire: Wire, reply: Reply, isDropped = false): void {
    const waiting = this.#sockets.get(wire)?.waiting;
    if (waiting === undefined) return;
    if (!isDropped) wire.tell(frameOf(reply));
    if (!waiting.has(reply.id)) this.#repeat(wire, waiting, { reply, times: 0 });
  }

  /** One device has it: nobody is sent it again. */
  ack(wire: Wire, reply: Reply): void {
    const life = this.#sockets.get(wire)?.life;
    if (life !== undefined && life !== null) reply.ackedBy.add(life);
    for (const { waiting } of this.#sockets.values()) {
      waiting.get(reply.id)?.();
      waiting.delete(reply.id);
    }
  }

  #repeat(
    wire: Wire,
    waiting: Map<string, () => void>,
    { reply, times }: { readonly reply: Reply; readonly times: number },
  ): void {
    if (times >= TIMES_MAX) return;
    const again = () => {
      wire.tell(frameOf(reply));
      this.#repeat(wire, waiting, { reply, times: times + 1 });
    };
    waiting.set(reply.id, this.#timeline.after(AGAIN_AFTER_MS * 2 ** times, again));
  }
}

function frameOf({ id, inReplyTo, text, sequence }: Reply): string {
  return JSON.stringify({
    type: 'chat_message',
    event: 'assistant_message',
    payload: { text, rich: {}, agent: 'supervisor' },
    meta: { queued_message_id: id, in_reply_to: inReplyTo },
    ...(sequence !== null && { sequence }),
  });
}
