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
import type { FamilyServer, StreamingSetup } from '../family.js';
import { HttpDoor, type Respond } from '../http.js';
import { NameTags } from '../name-tags.js';
import { Spell } from '../spell.js';
import { StreamingHistory } from './history.js';
import { Worker } from './worker.js';

const TOKEN_CODE = 4001;
const RESTART_CODE = 1012;
const RATE_LIMITED = 'Rate limit exceeded. Try again in 1 minutes.';
const FAILED = 'Failed to process message. Please try again.';
export const CONVERSATION_ID = 'conversation-1';

/** How the server is out of sorts. */
export type StreamingMood =
  | 'rate-limited'
  | 'fails'
  /** Whoever may not come in gets a bare 403, as from servers that close before they accept. */
  | 'bare-403'
  /** Each token counts as used. */
  | 'spends-tokens';

export class StreamingServer implements FamilyServer {
  readonly http: HttpDoor;
  readonly mood: Spell<StreamingMood>;
  readonly history: StreamingHistory;
  readonly worker: Worker;
  readonly #world: World;
  readonly #setup: StreamingSetup;
  readonly #dice: Dice;
  readonly #tags = new NameTags();
  /** When the last message of each socket is through. */
  readonly #sockets = new Map<Wire, number>();
  /** Which process it is; what an earlier one had not stored is gone. */
  #process = 1;
  #downUntilMs = 0;

  constructor(world: World, setup: StreamingSetup) {
    this.#world = world;
    this.#setup = setup;
    this.#dice = diceOf(world.seed, 'family');
    this.history = new StreamingHistory(world, CONVERSATION_ID);
    this.http = new HttpDoor(world, (request, respond) => this.#serve(request, respond));
    this.mood = new Spell(world.timeline);
    this.worker = new Worker({
      seed: world.seed,
      timeline: world.timeline,
      say: (event, fields = {}) => this.#broadcast(event, fields),
      store: (answer) => this.history.add('assistant', answer, null),
    });
  }

  get isUp(): boolean {
    return this.#downUntilMs <= this.#world.timeline.nowMs;
  }

  clientOptions(device: Device, process: Process): Partial<ChatSocketOptions> {
    return {
      url: `wss://chat.test/ws/chat/${CONVERSATION_ID}/`,
      protocol: this.#tags.watch(streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` })),
      http: this.http.portOf(device, process),
    };
  }

  refuses(wire: Wire): boolean {
    const { office, timeline } = this.#world;
    return this.mood.kind === 'bare-403' && !office.isGood(tokenOf(wire), timeline.nowMs);
  }

  accept(wire: Wire): void {
    const { office, timeline } = this.#world;
    if (!this.isUp) return wire.reset();
    const isGood = office.redeem(tokenOf(wire), timeline.nowMs) !== null;
    if (!isGood || this.mood.kind === 'spends-tokens') return wire.finish(TOKEN_CODE, '');
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
    const process = this.#process;
    timeline.after(dueAtMs - timeline.nowMs, () => {
      if (process === this.#process) this.#accept(wire, frame.message ?? '', name);
    });
  }

  lose(wire: Wire): void {
    this.#sockets.delete(wire);
  }

  end(wire: Wire, code: number, reason = ''): void {
    wire.finish(code, reason);
    this.lose(wire);
  }

  /** The process ends, with or without a word, and another one begins after a while. The workers go on. */
  restart(downMs: number, hasWord: boolean): void {
    const wires = [...this.#sockets.keys()];
    this.#sockets.clear();
    this.#process += 1;
    this.#downUntilMs = this.#world.timeline.nowMs + downMs;
    for (const wire of wires) if (hasWord) wire.finish(RESTART_CODE, '');
    for (const wire of wires) if (!hasWord) wire.reset();
  }

  /** Its token is over soon, says the server. */
  warn(wire: Wire, expiresInMs: number): void {
    this.#tell(wire, { event: 'token_expiring_soon', expires_in: Math.round(expiresInMs / 1_000) });
  }

  heal(): void {
    this.#downUntilMs = 0;
    this.mood.end();
    this.http.mood.end();
    this.worker.heal();
  }

  findDifference(life: Life, conversationId: string): string | null {
    if (!this.worker.isIdle) return 'the worker is busy';
    return this.history.findDifference(life, conversationId);
  }

  #accept(wire: Wire, message: string, name: string | null): void {
    const content = message.trim();
    if (content === '') return this.#tell(wire, { event: 'error', error: 'Message cannot be empty' });
    const { kind } = this.mood;
    if (kind === 'rate-limited') return this.#tell(wire, { event: 'error', error: RATE_LIMITED });
    if (kind === 'fails') return this.#tell(wire, { event: 'error', error: FAILED });
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

function tokenOf({ request }: Wire): string {
  return new URL(request.url).searchParams.get('connection_token') ?? '';
}
