/** Feeds the engine and does what it says, one input after the other. */

import type { ChatEngine } from '../engine/chat-engine.js';
import type { ChangeOutcome, Effect, EngineInput, MessageChange, TokenRequest } from '../engine/turn.js';
import type { LogStore } from '../store/log-store.js';
import { type News, type SharedStore, sharedStore } from '../store/shared-store.js';
import type { LiveSockets } from './live-sockets.js';
import type { Logger } from './logger.js';
import type { Responder } from './responder.js';

type Change = Extract<EngineInput, MessageChange>;

export interface EngineHostOptions {
  readonly engine: ChatEngine;
  readonly store: LogStore | SharedStore;
  readonly sockets: LiveSockets;
  readonly responder: Responder;
  readonly logger: Logger;
  readonly now: () => number;
  readonly freshId: () => string;
  /** Returns how long the connection may go on, or null for a bad token. */
  readonly redeem: (request: TokenRequest, token: string) => Promise<number | null>;
  /** The user has signed out at another server. */
  readonly onSignOut: (userId: string) => void;
  /** The store failed, so nobody knows what is durable. The server must end and read the truth from its disk. */
  readonly onStoreFailure: (reason: unknown) => void;
}

/** Of no use to a client that hears of them late. */
const ephemeralTypes: ReadonlySet<string> = new Set(['user_typing', 'user_stop_typing']);

export class EngineHost {
  readonly #options: EngineHostOptions;
  readonly #inputs: EngineInput[] = [];
  readonly #writes = new Set<Promise<void>>();
  readonly #changes = new Map<string, (outcome: ChangeOutcome) => void>();
  /** Null where nobody else writes to the store. */
  readonly #shared: SharedStore | null;
  readonly #awaitStored: (() => void)[] = [];
  #isRunning = false;
  #isHalted = false;

  constructor(options: EngineHostOptions) {
    this.#options = options;
    this.#shared = sharedStore(options.store);
    this.#shared?.follow(
      (news) => this.#hear(news),
      (reason) => this.#halt(reason),
    );
  }

  /** Safe from anywhere, also from within an effect: inputs wait for their turn. */
  dispatch(input: EngineInput): void {
    this.#inputs.push(input);
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) this.#turn(next);
    this.#isRunning = false;
  }

  /** Edits or deletes a message, and tells once that is durable what came of it. */
  change(change: Change): Promise<ChangeOutcome> {
    const changeId = this.#options.freshId();
    return new Promise((resolve) => {
      this.#changes.set(changeId, resolve);
      this.dispatch({ ...change, changeId });
    });
  }

  /** Resolves once nothing waits for the store any more. */
  async settled(): Promise<void> {
    for (;;) {
      if (this.#writes.size > 0) await Promise.all(this.#writes);
      else if (this.#shared !== null && this.#options.engine.isStoring && !this.#isHalted) await this.#nextStored();
      else return;
    }
  }

  /** Resolves once the condition, which has to do with the store, no longer holds. */
  async untilNot(isStoring: () => boolean): Promise<void> {
    while (isStoring() && !this.#isHalted) await this.#nextStored();
  }

  /** What no caller waits for; the server must end where it fails. */
  own(work: Promise<unknown>): void {
    this.#own(work, () => {});
  }

  #nextStored(): Promise<void> {
    return new Promise((resolve) => this.#awaitStored.push(resolve));
  }

  #stored(laneId: string): void {
    this.dispatch({ type: 'stored', laneId });
    for (const resolve of this.#awaitStored.splice(0)) resolve();
  }

  #hear(news: News): void {
    if (news.type === 'stored-here') this.#stored(news.laneId);
    else if (news.type === 'stored-elsewhere') this.dispatch({ ...news, type: 'written-elsewhere' });
    else if (news.signal.type === 'typing') this.dispatch({ type: 'signalled', signal: news.signal });
    else this.#options.onSignOut(news.signal.userId);
  }

  #turn(input: EngineInput): void {
    if (this.#isHalted) return;
    const moment = { nowMs: this.#options.now(), freshId: this.#options.freshId() };
    try {
      for (const effect of this.#options.engine.handle(input, moment)) this.#perform(effect);
    } catch (error) {
      // A fault in here is ours. It costs one input, or the connection that it came over, and never the process.
      this.#options.logger.failure('input-failed', { input: input.type, error: nameOf(error) });
      if (input.type === 'text-received') this.#hangUp(input.connectionId);
    }
    this.#options.sockets.flush();
  }

  #perform(effect: Effect): void {
    const { sockets, responder, store } = this.#options;
    switch (effect.type) {
      case 'send':
        if (ephemeralTypes.has(effect.frame.type))
          sockets.sendIfRead(effect.connectionIds, JSON.stringify(effect.frame));
        else sockets.send(effect.connectionIds, JSON.stringify(effect.frame));
        return;
      case 'close':
        this.#options.logger.warning('connection-ended', { connectionId: effect.connectionId, code: effect.code });
        sockets.close(effect.connectionId, effect.code, effect.reason);
        return;
      case 'store':
        if (this.#shared !== null) this.own(this.#shared.offer(effect.laneId, effect.writes));
        else this.#own(store.write(effect.writes), () => this.#stored(effect.laneId));
        return;
      case 'read-page': {
        const { request } = effect;
        this.#own(store.readPage(request), (entries) => this.dispatch({ type: 'page-read', request, entries }));
        return;
      }
      case 'read-entries': {
        const { request } = effect;
        this.#own(store.readEntries(request), (read) => this.dispatch({ type: 'entries-read', request, read }));
        return;
      }
      case 'change-settled':
        this.#changes.get(effect.changeId)?.(effect.outcome);
        this.#changes.delete(effect.changeId);
        return;
      case 'redeem-token': {
        const { request } = effect;
        this.#own(this.#options.redeem(request, effect.token), (expiresInMs) => {
          this.dispatch({ type: 'token-redeemed', request, expiresInMs });
        });
        return;
      }
      case 'start-answer':
        responder.start(effect.streamId, effect.question.content);
        return;
      case 'stop-answer':
        responder.stop(effect.streamId);
        return;
      case 'signal':
        if (this.#shared !== null) this.own(this.#shared.signal(effect.signal));
        return;
      case 'catch-up':
        this.#own(this.#shared?.caughtUp() ?? Promise.resolve(), () => this.dispatch({ ...effect, type: 'caught-up' }));
    }
  }

  /** Gives a promise of the store an owner that waits for it and catches. */
  #own<Result>(work: Promise<Result>, onDone: (result: Result) => void): void {
    const owned = work.then(onDone, (reason: unknown) => this.#halt(reason)).finally(() => this.#writes.delete(owned));
    this.#writes.add(owned);
  }

  #halt(reason: unknown): void {
    if (this.#isHalted) return;
    this.#isHalted = true;
    this.#options.logger.failure('store-failed', { error: nameOf(reason) });
    this.#options.onStoreFailure(reason);
    for (const resolve of this.#awaitStored.splice(0)) resolve();
  }

  #hangUp(connectionId: string): void {
    this.#options.sockets.close(connectionId, 1011, 'Internal error');
    this.dispatch({ type: 'disconnected', connectionId });
  }
}

/** The kind of an error; its text may quote what a user wrote. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
}
