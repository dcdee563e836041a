import { ChatSocketClient } from '../client/chat-socket-client.js';
import type { ChatSocketOptions } from '../client/options/options.js';
import { ChatSocketError } from '../errors/chat-socket-error.js';
import { noop } from './chat-target.js';
import type { OwnClientOptions } from './hook-options.js';

const LINGER_MS = 1_000;
const LINGER_MAX_MS = 600_000;
/** React itself gives up after 25 renders of a component without a result, and cannot tell why. */
const DISCARDED_MAX = 10;

/** A client that a component made: on while the component holds it, and a little longer. Making one does nothing yet. */
export class OwnedClient {
  readonly client: ChatSocketClient;
  readonly #made: OwnClientOptions;
  #newest: OwnClientOptions;
  /** What this component showed before; it has to go when this one is used. */
  #replaced: OwnedClient | null;
  /** How many were made for renders of which none came to be shown. */
  readonly #discardedCount: number;
  #isShown = false;
  /** On the screen, and enabled. */
  #isWanted = false;
  #isOn = false;
  #cancelClose: () => void = noop;

  constructor(options: OwnClientOptions, before: OwnedClient | null) {
    const { lingerMs = LINGER_MS } = options;
    if (!(lingerMs >= 0 && lingerMs <= LINGER_MAX_MS)) {
      throw unusable('lingerMs', `${Number(lingerMs)} is no number from 0 to ${LINGER_MAX_MS}`);
    }
    const isDiscarded = before !== null && !before.#isShown;
    this.#made = options;
    this.#newest = options;
    this.#replaced = isDiscarded ? before.#replaced : before;
    this.#discardedCount = isDiscarded ? before.#discardedCount + 1 : 0;
    this.client = new ChatSocketClient(clientOptions(options, () => this.#newest));
  }

  /** False where these options ask for another connection. Throws where each render does, and would without end. */
  serves(options: OwnClientOptions): boolean {
    const changed = changedOption(this.#made, options);
    if (changed !== null && this.#discardedCount === DISCARDED_MAX) {
      throw unusable(changed, 'it changes in every render. Make it outside of the component');
    }
    return changed === null;
  }

  /** The conversation that the client was made with. */
  get conversationId(): string | null {
    return this.#made.conversationId ?? null;
  }

  /** These options were rendered and are on show now. */
  follow(options: OwnClientOptions): void {
    this.#newest = options;
    this.#isShown = true;
  }

  /**
   * Wants the connection, if it is enabled, until the returned function is called. Development builds mount, unmount and
   * mount again in one task, so a dial waits for the end of it; an end waits for a later task.
   */
  hold(isEnabled: boolean): () => void {
    this.#isWanted = isEnabled;
    this.#cancelClose();
    this.#replaced?.close();
    this.#replaced = null;
    if (isEnabled) queueMicrotask(() => this.#open());
    else if (this.#isOn) this.close();
    return () => {
      this.#isWanted = false;
      this.#cancelClose();
      this.#cancelClose = this.#startTimer(() => this.close(), this.#newest.lingerMs ?? LINGER_MS);
    };
  }

  #open(): void {
    if (!this.#isWanted || this.#isOn) return;
    this.#isOn = true;
    this.client.connect();
  }

  /**
   * Not disposed: a component that was hidden for long finds its history again. Closed also where nothing was dialled from
   * here: the user's reconnect() may have, and a message that was sent may hold a store open.
   */
  close(): void {
    this.#cancelClose();
    this.#isOn = false;
    // It rejects only for a client that the application disposed: that one is closed.
    this.client.close().catch(noop);
  }

  #startTimer(callback: () => void, delayMs: number): () => void {
    const { clock } = this.#made;
    if (clock !== undefined) return clock.startTimer(callback, delayMs);
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  }
}

/** Whether these options ask for a connection. */
export function isEnabled({ enabled = true }: OwnClientOptions): boolean {
  if (typeof enabled !== 'boolean') throw unusable('enabled', 'it is no boolean');
  return enabled;
}

/** The name of an option that tells one connection from another. */
function changedOption(made: OwnClientOptions, now: OwnClientOptions): string | null {
  for (const name of ['url', 'identity', 'protocol', 'transport'] as const) {
    // Only a URL can be a function, and one is as good as another.
    if (made[name] !== now[name] && !(isFunction(made[name]) && isFunction(now[name]))) return name;
  }
  if (made.conversationId === now.conversationId) return null;
  const isAlone = made.protocol?.capabilities.manyConversations === false;
  return isAlone || now.conversationId === undefined ? 'conversationId' : null;
}

/** Functions that stand for those of the newest render. A wrong value is left for the client to refuse. */
function clientOptions(made: OwnClientOptions, newest: () => OwnClientOptions): ChatSocketOptions {
  const { lingerMs, enabled, client, ...rest } = made;
  const { url, token, diagnose, shouldRetry = noop, logger = noop } = rest;
  return {
    ...rest,
    // Safe: options are followed only while their URL is a function, too.
    ...(isFunction(url) && { url: (context) => (newest().url as typeof url)(context) }),
    ...(isFunction(token) && { token: (request) => (newest().token ?? token)(request) }),
    ...(isFunction(diagnose) && { diagnose: (refused) => (newest().diagnose ?? diagnose)(refused) }),
    ...(isFunction(shouldRetry) && { shouldRetry: (cause) => newest().shouldRetry?.(cause) }),
    ...(isFunction(logger) && { logger: (...line) => newest().logger?.(...line) }),
  } satisfies ChatSocketOptions;
}

function isFunction<Value>(value: Value): value is Extract<Value, (...values: never) => unknown> {
  return typeof value === 'function';
}

function unusable(option: string, fault: string): ChatSocketError {
  return new ChatSocketError('usage/invalid-option', `Cannot use the option ${option}: ${fault}.`, {
    fields: { option },
  });
}
