/**
 * A model of the streaming family's server: an assistant whose wire has no ids. What it stored is written into the
 * world's truth too, under the names that clients gave their messages, which no frame carries.
 */

import type { ChatSocketOptions } from '../../../../src/client/options/options.js';
import type { HttpRequest } from '../../../../src/ports/http.js';
import { streamingProtocol } from '../../../../src/protocols/streaming/streaming.js';
import type { Device } from '../../device/device.js';
import type { Life } from '../../device/life.js';
import type { Process } from '../../device/lifetime.js';
import { type Dice, diceOf } from '../../world/dice.js';
import type { Wire } from '../../world/wire.js';
import type { World } from '../../world/world.js';
import type { FamilyServer, FamilySetup } from '../family.js';
import { HttpDoor, type Respond } from '../http.js';
import { NameTags } from '../name-tags.js';
import { StreamingHistory } from './history.js';
import { Worker } from './worker.js';

const TOKEN_CODE = 4001;
export const CONVERSATION_ID = 'conversation-1';

export class StreamingServer implements FamilyServer {
  readonly http: HttpDoor;
  readonly history: StreamingHistory;
  readonly worker: Worker;
  readonly #world: World;
  readonly #setup: FamilySetup;
  readonly #dice: Dice;
  readonly #tags = new NameTags();
  /** When the last message of each socket is through. */
  readonly #sockets = new Map<Wire, number>();

  constructor(world: World, setup: FamilySetup) {
    this.#world = world;
    this.#setup = setup;
    this.#dice = diceOf(world.seed, 'family');
    this.history = new StreamingHistory(world, CONVERSATION_ID);
    this.http = new HttpDoor(world, (request, respond) => this.#serve(request, respond));
    this.worker = new Worker({
      seed: world.seed,
      timeline: world.timeline,
      say: (event, fields = {}) => this.#broadcast(event, fields),
      store: (answer) => this.history.add('assistant', answer, null),
    });
  }

  get isUp(): boolean {
    return true;
  }

  clientOptions(device: Device, process: Process): Partial<ChatSocketOptions> {
    return {
      url: `wss://chat.test/ws/chat/${CONVERSATION_ID}/`,
      protocol: this.#tags.watch(streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` })),
      http: this.http.portOf(device, process),
    };
  }

  accept(wire: Wire): void {
    const { office, timeline } = this.#world;
    const token = new URL(wire.request.url).searchParams.get('connection_token') ?? '';
    if (office.redeem(token, timeline.nowMs) === null) return wire.finish(TOKEN_CODE, '');
    this.#sockets.set(wire, 0);
    this.#tell(wire, { event: 'connected', conversation_id: CONVERSATION_ID });
  }

  receive(wire: Wire, text: string): void {
    if (!this.#sockets.has(wire)) return;
    const frame: { readonly type?: string; readonly message?: string } = JSON.parse(text);
    if (frame.type === 'ping') return this.#tell(wire, { event: 'pong' });
    const name = this.#tags.next(wire);
    const { timeline } = this.#world;
    // One after the other, as one socket's messages are.
    const dueAtMs = Math.max(timeline.nowMs, this.#sockets.get(wire) ?? 0) + this.#dice.whole(0, this.#setup.storeMs);
    this.#sockets.set(wire, dueAtMs);
    timeline.after(dueAtMs - timeline.nowMs, () => this.#accept(wire, frame.message ?? '', name));
  }

  lose(wire: Wire): void {
    this.#sockets.delete(wire);
  }

  end(wire: Wire, code: number, reason = ''): void {
    wire.finish(code, reason);
    this.lose(wire);
  }

  heal(): void {
    this.http.heal();
    this.worker.heal();
  }

  findDifference(life: Life, conversationId: string): string | null {
    if (!this.worker.isIdle) return 'the worker is busy';
    return this.history.findDifference(life, conversationId);
  }

  #accept(wire: Wire, message: string, name: string | null): void {
    const content = message.trim();
    if (content === '') return this.#tell(wire, { event: 'error', error: 'Message cannot be empty' });
    this.history.ask(wire, content, name);
    this.#tell(wire, { event: 'task_queued', task_id: `task-${this.history.rows.length}` });
    this.worker.take(content);
  }

  #serve({ url }: HttpRequest, respond: Respond): void {
    const isHistory = url === `https://chat.test/api/v1/messages/${CONVERSATION_ID}/`;
    respond({ status: isHistory ? 200 : 404, retryAfterMs: null, body: JSON.stringify(this.history.rows) });
  }

  /** A worker's frames go to every socket of the conversation. */
  #broadcast(event: string, fields: Readonly<Record<string, unknown>>): void {
    const frame = { type: 'chat.message', event, conversation_id: CONVERSATION_ID, ...fields };
    for (const wire of this.#sockets.keys()) this.#tell(wire, frame);
  }

  #tell(wire: Wire, frame: object): void {
    wire.tell(JSON.stringify(frame));
  }
}
