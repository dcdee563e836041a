import { Caller, type Said } from './caller.js';
import type { ConformanceHookName, ConformanceHooks } from './conformance-options.js';
import { ClauseBlocked, ClauseBroken, ConformanceSetupError } from './outcome.js';
import type { Backlog } from './server-frame.js';
import type { Settings } from './settings.js';

/** Two people who look at the same conversation. */
export interface Gathering {
  readonly conversationId: string;
  readonly author: Caller;
  readonly reader: Caller;
}

/** One check at work: everything that it opened ends with it. */
export class CheckRun {
  readonly #settings: Settings;
  readonly #callers = new Set<Caller>();
  /** The name that the server has for each user. */
  readonly #met = new Map<string, string>();
  #remainingMs: number;
  #startedAtMs = 0;
  #stopDeadline: () => void = () => {};
  #onLate: () => void = () => {};
  #isClosed = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#remainingMs = settings.timeouts.checkMs;
  }

  get author(): string {
    return this.#settings.users[0];
  }

  get reader(): string {
    return this.#settings.users[1];
  }

  /** False where all checks share one conversation, and there is no second one. */
  get makesConversations(): boolean {
    return typeof this.#settings.conversation === 'function';
  }

  /** Waits for the work, but not for ever. */
  async perform<Result>(work: (run: CheckRun) => Promise<Result>): Promise<Result> {
    const late = new Promise<never>((_resolve, reject) => {
      const { checkMs } = this.#settings.timeouts;
      this.#onLate = () => reject(new ClauseBroken(`The check was not over after ${checkMs} ms.`));
    });
    this.#startDeadline();
    const working = work(this);
    // After the deadline nobody listens to it any more.
    working.catch(() => {});
    try {
      return await Promise.race([working, late]);
    } finally {
      await this.close();
    }
  }

  async conversation(): Promise<string> {
    const { conversation, users } = this.#settings;
    if (typeof conversation === 'string') return conversation;
    const conversationId: unknown = await this.#outside('conversation', async () => conversation({ users }));
    if (typeof conversationId === 'string' && conversationId !== '') return conversationId;
    const what = conversationId === '' ? 'an empty text' : typeof conversationId;
    throw new ConformanceSetupError(`\`conversation\` gave ${what} and no id of a conversation.`);
  }

  async call(user: string): Promise<Caller> {
    if (this.#isClosed) throw new ClauseBroken('The check is over.');
    const caller = new Caller(user, this.#settings);
    this.#callers.add(caller);
    await caller.dial();
    if (caller.hello['protocol'] !== 'chatsocket.v1') {
      throw new ConformanceSetupError('The hello does not say `protocol: "chatsocket.v1"`, so nothing is promised.');
    }
    this.#meet(user, caller.hello['userId']);
    return caller;
  }

  /** A conversation with both users in it, each over one connection. */
  async gather(): Promise<Gathering> {
    const conversationId = await this.conversation();
    const author = await this.call(this.author);
    await author.join(conversationId);
    const reader = await this.call(this.reader);
    await reader.join(conversationId);
    return { conversationId, author, reader };
  }

  /** A connection that has joined. */
  async callInto(conversationId: string, user = this.author): Promise<Caller> {
    const caller = await this.call(user);
    await caller.join(conversationId);
    return caller;
  }

  /** The newest of the log, as a newcomer sees it. */
  async look(conversationId: string, user = this.reader): Promise<Backlog> {
    const caller = await this.call(user);
    const backlog = await caller.join(conversationId);
    await caller.close();
    return backlog;
  }

  /** A new message: an id and words that nobody has used. */
  draft(conversationId: string): Said {
    const messageId = this.freshId();
    return { conversationId, messageId, content: `Conformance ${messageId}` };
  }

  freshId(): string {
    return this.#settings.messageId();
  }

  /** Long enough for what is to come to have come. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#settings.clock.startTimer(resolve, this.#settings.timeouts.quietMs);
    });
  }

  /** Runs a hook, outside of the check's own time. */
  async hook<Name extends ConformanceHookName>(
    name: Name,
    call: (hook: NonNullable<ConformanceHooks[Name]>) => void | Promise<void>,
  ): Promise<void> {
    const hook = this.#settings.hooks[name];
    if (hook === undefined) throw new ClauseBlocked(`Needs the hook \`${name}\`.`);
    // Binding keeps the parameters, which TypeScript cannot tell for a union of functions.
    const bound = hook.bind(this.#settings.hooks) as typeof hook;
    await this.#outside(`hooks.${name}`, async () => call(bound));
  }

  /** Ends every connection. Twice is harmless. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopDeadline();
    await Promise.all([...this.#callers].map((caller) => caller.close()));
  }

  /** Ids are apart for each user of the server's, so it has to take one for one and two for two. */
  #meet(user: string, userId: unknown): void {
    if (typeof userId !== 'string') return;
    for (const [met, metId] of this.#met) {
      if ((met === user) === (metId === userId)) continue;
      const seen = met === user ? `${user} for two users` : `${met} and ${user} for one user`;
      throw new ConformanceSetupError(`The server takes ${seen}, as \`userId\` of its hello says; see \`connect\`.`);
    }
    this.#met.set(user, userId);
  }

  /** What the kit's user does may take longer than the server may, and its failure says nothing about a clause. */
  async #outside<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const { clock, timeouts } = this.#settings;
    this.#pauseDeadline();
    let stop = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      const why = new ConformanceSetupError(`\`${name}\` was not done after ${timeouts.hookMs} ms.`);
      stop = clock.startTimer(() => reject(why), timeouts.hookMs);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      if (error instanceof ConformanceSetupError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new ConformanceSetupError(`\`${name}\` failed: ${why}`, { cause: error });
    } finally {
      stop();
      this.#startDeadline();
    }
  }

  #startDeadline(): void {
    if (this.#isClosed) return;
    this.#startedAtMs = this.#settings.clock.nowMs();
    this.#stopDeadline = this.#settings.clock.startTimer(() => this.#onLate(), this.#remainingMs);
  }

  #pauseDeadline(): void {
    this.#stopDeadline();
    this.#remainingMs -= this.#settings.clock.nowMs() - this.#startedAtMs;
  }
}
