/** HTTP between one process and the server of a family: it takes its time, gets lost, and ends with its process. */

import type { HttpAnswer, HttpPort, HttpRequest } from '../../../src/ports/http.js';
import type { Device } from '../device/device.js';
import type { Process } from '../device/lifetime.js';
import type { World } from '../world/world.js';
import { Spell } from './spell.js';

/** As `fetchHttp` gives an exchange up. */
const TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 2_000;

/** What becomes of requests for a while. */
export type HttpMood =
  /** They arrive, and their answers do not. */
  | 'answers-lost'
  | 'unavailable'
  | 'too-many'
  /** The user's session is over, as far as HTTP is concerned. */
  | 'unauthorized';

/** What a server answers, now or later. */
export type Respond = (answer: HttpAnswer) => void;

export class HttpDoor {
  readonly #world: World;
  readonly #serve: (request: HttpRequest, respond: Respond) => void;
  readonly mood: Spell<HttpMood>;
  /** Some answer did not come, or said nothing. */
  hadTrouble = false;
  readonly #open = new Map<Process, number>();

  constructor(world: World, serve: (request: HttpRequest, respond: Respond) => void) {
    this.#world = world;
    this.#serve = serve;
    this.mood = new Spell(world.timeline);
  }

  /** Exchanges that a process still waits for. */
  openCount(process: Process): number {
    return this.#open.get(process) ?? 0;
  }

  portOf(device: Device, process: Process): HttpPort {
    return (request) => {
      let cancel = () => {};
      const answer = new Promise<HttpAnswer>((resolve, reject) => {
        cancel = this.#exchange({ device, process, request }, { resolve, reject });
      });
      return { answer, cancel };
    };
  }

  #exchange(
    { device, process, request }: { readonly device: Device; readonly process: Process; readonly request: HttpRequest },
    { resolve, reject }: { readonly resolve: Respond; readonly reject: (error: Error) => void },
  ): () => void {
    const { timeline, trace } = this.#world;
    const { gate } = process;
    let isOver = false;
    this.#count(process, 1);
    const end = (how: () => void) => {
      if (isOver) return;
      isOver = true;
      this.#count(process, -1);
      how();
    };
    const fail = () => {
      this.hadTrouble = true;
      trace.note(`d${device.index} http fails`);
      reject(new TypeError('fetch failed'));
    };
    const arrive = (answer: HttpAnswer) => {
      trace.note(`d${device.index} http <- ${answer.status} ${answer.body.length}`);
      if (!device.page.isOnline()) return fail();
      device.answeredAtMs = timeline.nowMs;
      resolve(answer);
    };
    trace.note(`d${device.index} http -> ${request.method} ${request.url} ${request.body ?? ''}`);
    timeline.after(TIMEOUT_MS, () => end(fail), { gate });
    const travelMs = device.link.travelMs();
    const isReachable = device.page.isOnline() && this.#world.host.isUp;
    const fate = device.link.fate ?? (isReachable ? null : 'refused');
    if (fate === 'refused') timeline.after(2 * travelMs, () => end(fail), { gate });
    else if (fate === null) {
      const respond = (answer: HttpAnswer) =>
        timeline.after(device.link.travelMs(), () => end(() => arrive(answer)), { gate });
      timeline.after(travelMs, () => this.#take(request, respond));
    }
    return () => end(() => {});
  }

  #take(request: HttpRequest, respond: Respond): void {
    if (!this.#world.host.isUp) return;
    const { kind } = this.mood;
    if (kind !== null) this.hadTrouble = true;
    if (kind === 'unavailable') return respond({ status: 503, retryAfterMs: null, body: '' });
    if (kind === 'too-many') return respond({ status: 429, retryAfterMs: RETRY_AFTER_MS, body: '' });
    if (kind === 'unauthorized') return respond({ status: 401, retryAfterMs: null, body: '' });
    this.#serve(request, kind === 'answers-lost' ? () => {} : respond);
  }

  #count(process: Process, by: number): void {
    this.#open.set(process, this.openCount(process) + by);
  }
}
