/** One Django backend for a file of tests, and people who use it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type DjangoOptions, type RunningDjango, startDjango } from '../../../examples/django/launch/start-django.js';
import { type Dialled, SocketTape } from './socket-tape.js';
import { Visitor } from './visitor.js';

export const ORIGIN = 'http://localhost:3000';
const START_DEADLINE_MS = 120_000;
/** More than a file has tests: each has its own hour of messages. */
const PEOPLE = 40;

export class Stage {
  readonly #options: DjangoOptions;
  #django: RunningDjango | null = null;
  #people = 0;

  constructor(options: DjangoOptions) {
    this.#options = options;
  }

  get django(): RunningDjango {
    if (this.#django === null) throw new Error('The backend does not run yet.');
    return this.#django;
  }

  async start(): Promise<void> {
    const users = ['testuser', ...Array.from({ length: PEOPLE }, (_, index) => `user-${index + 1}`)];
    this.#django = await startDjango({ origins: [ORIGIN], users, ...this.#options });
  }

  /** Somebody whom no test has used yet. */
  newName(): string {
    this.#people += 1;
    return `user-${this.#people}`;
  }

  /** A new user of the streaming family, logged in. */
  async streamer(url = this.django.url): Promise<Visitor> {
    const name = this.newName();
    const visitor = new Visitor(url);
    await visitor.post('/api/v1/auth/login/', { email: name, password: this.django.password });
    return visitor;
  }

  /** A new user of the thread family, logged in, and the token for sockets. */
  async threader(url = this.django.url): Promise<{ visitor: Visitor; token: string }> {
    const name = this.newName();
    const visitor = new Visitor(url);
    const { json } = await visitor.post('/api/token/', { username: name, password: this.django.password });
    return { visitor, token: String(json['access']) };
  }

  async connectionToken(visitor: Visitor): Promise<string> {
    const { json } = await visitor.post('/api/v1/auth/ws-connection-token/', {});
    return String(json['connection_token']);
  }

  /** At the first Daphne, or at another one. */
  dial(path: string, origin: string | null = ORIGIN, url = this.django.url): Promise<Dialled> {
    return SocketTape.dial(url.replace('http', 'ws') + path, { origin });
  }

  /** A socket of the streaming family, greeted. */
  async talk(visitor: Visitor, conversation = newConversation()): Promise<SocketTape> {
    const token = await this.connectionToken(visitor);
    const tape = opened(await this.dial(`/ws/chat/${conversation}/?connection_token=${token}`));
    await tape.next(({ event }) => event === 'connected');
    return tape;
  }

  async listen(token: string, threadId: string): Promise<SocketTape> {
    return opened(await this.dial(`/ws/chat/${threadId}/?token=${token}&cid=${randomUUID()}`));
  }
}

/** Starts a backend before the tests of a file, and disarms all faults before each. */
export function stage(options: DjangoOptions = {}): Stage {
  const built = new Stage(options);
  beforeAll(() => built.start(), START_DEADLINE_MS);
  beforeEach(() => built.django.faults.clear());
  afterAll(() => built.django.stop(), START_DEADLINE_MS);
  return built;
}

export function newConversation(): string {
  return `conv-${randomUUID().slice(0, 8)}`;
}

export function opened(dialled: Dialled): SocketTape {
  if (dialled.outcome === 'rejected') throw new Error(`The dial was answered with ${dialled.status}.`);
  return dialled.tape;
}
