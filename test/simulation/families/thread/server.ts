/** A model of the thread family's server: messages come by HTTP under their keys, replies go to sockets until they are acked. */

import type { ChatSocketOptions } from '../../../../src/client/options/options.js';
import type { HttpRequest } from '../../../../src/ports/http.js';
import { threadProtocol } from '../../../../src/protocols/thread/thread.js';
import type { Device } from '../../device/device.js';
import type { Life } from '../../device/life.js';
import type { Process } from '../../device/lifetime.js';
import { type Dice, diceOf } from '../../world/dice.js';
import type { Wire } from '../../world/wire.js';
import type { World } from '../../world/world.js';
import type { FamilyServer, ThreadSetup } from '../family.js';
import { HttpDoor, type Respond } from '../http.js';
import { noteMessage } from '../note-message.js';
import { Spell } from '../spell.js';
import { Deliveries, type Reply } from './deliveries.js';
import { findDifference } from './difference.js';
import { type Post, type ReplyFault, ReplyWorker } from './worker.js';

const TOKEN_CODE = 4401;
const RESTART_CODE = 1012;
export const THREAD_ID = 'thread-1';
/** How long a swapped reply waits for the one that it comes after. */
const SWAPPED_MS = 3_000;

export type ThreadMood =
  /** Whoever may not come in gets a bare 403, as from servers that close before they accept. */
  | 'bare-403'
  /** Nobody may come in. */
  | 'refuses-tokens'
  /** A message is stored long before its POST is answered. */
  | 'answers-late';

const LATE_MS = 4_000;

export class ThreadServer implements FamilyServer {
  readonly http: HttpDoor;
  readonly mood: Spell<ThreadMood>;
  readonly worker: ReplyWorker;
  /** Each once, in their order. */
  readonly posts = new Map<string, Post>();
  readonly replies: Reply[] = [];
  readonly deliveries: Deliveries;
  readonly #world: World;
  readonly #setup: ThreadSetup;
  readonly #dice: Dice;
  #sequence: number;
  #swapped: Reply | null = null;
  #downUntilMs = 0;

  constructor(world: World, setup: ThreadSetup) {
    this.#world = world;
    this.#setup = setup;
    this.#dice = diceOf(world.seed, 'family');
    this.#sequence = setup.firstSequence ?? 0;
    this.mood = new Spell(world.timeline);
    this.deliveries = new Deliveries(world.timeline);
    this.http = new HttpDoor(world, (request, respond) => this.#serve(request, respond));
    this.worker = new ReplyWorker({
      seed: world.seed,
      timeline: world.timeline,
      sayTyping: (value) => this.#broadcast({ type: 'chat_status', event: 'typing', value }),
      sayFailed: ({ key }) =>
        this.#broadcast({ type: 'chat_error', event: 'task_failed', error: 'no', message: { in_reply_to: key } }),
      reply: (post, text, fault) => this.#reply(post, text, fault),
    });
  }

  get isUp(): boolean {
    return this.#downUntilMs <= this.#world.timeline.nowMs;
  }

  get hadLogout(): boolean {
    return this.#world.lives.some(({ loggedOutAtMs }) => loggedOutAtMs !== null);
  }

  get devicesCount(): number {
    return this.#world.devices.length;
  }

  clientOptions(device: Device, process: Process): Partial<ChatSocketOptions> {
    return {
      url: `wss://chat.test/ws/chat/${THREAD_ID}/?cid=1`,
      protocol: threadProtocol(),
      http: this.http.portOf(device, process),
    };
  }

  refuses(wire: Wire): boolean {
    return this.mood.kind === 'bare-403' && !this.#isValid(tokenOf(wire));
  }

  /** No greeting: open is open. What nobody has acked comes at once. */
  accept(wire: Wire): void {
    if (!this.isUp) return wire.reset();
    if (!this.#isValid(tokenOf(wire)) || this.mood.kind === 'refuses-tokens') return wire.finish(TOKEN_CODE, '');
    this.deliveries.open(wire, this.#world.devices[wire.deviceIndex]?.life ?? null);
    for (const reply of this.replies) if (reply.ackedBy.size === 0) this.deliveries.deliver(wire, reply);
  }

  receive(wire: Wire, text: string): void {
    if (!this.deliveries.has(wire)) return;
    const frame: { readonly type: string; readonly message_id?: string } = JSON.parse(text);
    if (frame.type === 'ping' && this.#setup.answersPings) wire.tell('{"type":"pong"}');
    const reply = this.replies.find(({ id }) => id === frame.message_id);
    if (frame.type === 'message_ack' && reply !== undefined) this.deliveries.ack(wire, reply);
  }

  lose(wire: Wire): void {
    this.deliveries.close(wire);
  }

  end(wire: Wire, code: number, reason = ''): void {
    wire.finish(code, reason);
    this.lose(wire);
  }

  /** The process ends, and another one begins after a while. The workers go on. */
  restart(downMs: number, hasWord: boolean): void {
    this.#downUntilMs = this.#world.timeline.nowMs + downMs;
    for (const wire of this.deliveries.sockets) {
      this.deliveries.close(wire);
      if (hasWord) wire.finish(RESTART_CODE, '');
      else wire.reset();
    }
  }

  heal(): void {
    this.#downUntilMs = 0;
    this.mood.end();
    this.http.mood.end();
    this.worker.heal();
  }

  findDifference(life: Life): string | null {
    return findDifference(this, life);
  }

  #isValid(token: string): boolean {
    return this.#world.office.isValid(token, this.#world.timeline.nowMs);
  }

  #serve({ headers, body }: HttpRequest, respond: Respond): void {
    const token = headers['Authorization']?.replace('Bearer ', '') ?? '';
    if (!this.#isValid(token)) return respond({ status: 401, retryAfterMs: null, body: '' });
    const posted: { readonly message: string; readonly client_msg_id: string } = JSON.parse(body ?? '{}');
    const { timeline } = this.#world;
    timeline.after(this.#dice.whole(0, this.#setup.storeMs), () => {
      const isRepeat = this.#take({ key: posted.client_msg_id, text: posted.message.trim() });
      const answer = {
        ok: true,
        thread_id: THREAD_ID,
        queued_message_id: `queued-${posted.client_msg_id}`,
        client_msg_id_echo: posted.client_msg_id,
        ...(isRepeat && { idempotent: true }),
      };
      const say = () => respond({ status: 202, retryAfterMs: null, body: JSON.stringify(answer) });
      if (this.mood.kind === 'answers-late') timeline.after(LATE_MS, say);
      else say();
    });
  }

  #take(post: Post): boolean {
    if (this.posts.has(post.key)) return true;
    this.posts.set(post.key, post);
    this.#note(post.text, post.key);
    this.worker.take(post);
    return false;
  }

  #reply(post: Post, text: string, fault: ReplyFault | null): void {
    if (fault === 'skips' && this.#setup.firstSequence !== null) this.#sequence += 1;
    const reply = this.#number(post, text);
    const late = this.#swapped;
    this.#swapped = null;
    if (fault === 'swapped') {
      this.#swapped = reply;
      this.#world.timeline.after(SWAPPED_MS, () => {
        if (this.#swapped !== reply) return;
        this.#swapped = null;
        this.#deliver(reply);
      });
    } else this.#deliver(reply, fault === 'dropped');
    if (late !== null) this.#deliver(late);
    if (fault === 'doubled') this.#deliver(reply);
    // A second run of its task: other id, other number, the same words.
    if (fault === 'twice') this.#deliver(this.#number(post, text));
  }

  #number({ key }: Post, text: string): Reply {
    this.#sequence += 1;
    const sequence = this.#setup.firstSequence === null ? null : this.#sequence;
    const id = `reply-of-${key}-${this.replies.length + 1}`;
    const reply: Reply = { id, inReplyTo: key, text, sequence, ackedBy: new Set() };
    this.replies.push(reply);
    return reply;
  }

  #deliver(reply: Reply, isDropped = false): void {
    for (const wire of this.deliveries.sockets) this.deliveries.deliver(wire, reply, isDropped);
  }

  #broadcast(frame: object): void {
    for (const wire of this.deliveries.sockets) wire.tell(JSON.stringify(frame));
  }

  #note(content: string, name: string): void {
    noteMessage(this.#world, { conversationId: THREAD_ID, seq: this.posts.size, senderId: 'user', content, name });
  }
}

function tokenOf({ request }: Wire): string {
  return new URL(request.url).searchParams.get('token') ?? '';
}
