/** One window's stay in the chat: signs in, makes the client once, and keeps both outside of React. */

import { ChatSocketClient } from 'chatsocket';
import { LedgerWatch } from '../breaking/ledger-watch.js';
import { type Room, roomsOf } from '../rooms.js';
import { UnreadCounts } from '../sidebar/unread-counts.js';
import { Names } from './names.js';
import { forgetUserId, type Person, storedName, storedUserId, storePerson } from './person.js';
import { fetchToken, openSession } from './session-calls.js';

/** What everything on the page works with. */
export interface Chat {
  readonly client: ChatSocketClient;
  readonly userId: string;
  readonly rooms: readonly Room[];
  readonly names: Names;
  readonly unread: UnreadCounts;
  readonly books: LedgerWatch;
}

export type VisitState =
  | { readonly status: 'arriving' }
  | { readonly status: 'turned-away'; readonly reason: string }
  | { readonly status: 'present'; readonly chat: Chat };

const ARRIVAL_MAX_MS = 10_000;

export class ChatVisit {
  readonly #listeners = new Set<() => void>();
  #state: VisitState = { status: 'arriving' };

  readonly snapshot = (): VisitState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Comes in, as the person this window was before a reload where the server still knows them. */
  async arrive(): Promise<void> {
    this.#become({ status: 'arriving' });
    const signal = AbortSignal.timeout(ARRIVAL_MAX_MS);
    try {
      const person = (await returningPerson(signal)) ?? (await openSession(storedName(), signal));
      storePerson(person);
      this.#become({ status: 'present', chat: openChat(person) });
    } catch (error) {
      this.#become({ status: 'turned-away', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #become(state: VisitState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

async function returningPerson(signal: AbortSignal): Promise<Person | null> {
  const userId = storedUserId();
  if (userId === null) return null;
  const token = await fetchToken(userId, signal);
  if (token !== null) return { userId, name: storedName() };
  forgetUserId();
  return null;
}

function openChat({ userId, name }: Person): Chat {
  const rooms = roomsOf(userId);
  const client = new ChatSocketClient({
    url: socketUrl(userId),
    token: ({ signal }) => fetchToken(userId, signal),
    identity: userId,
    // Quicker than the defaults, so that a link that went silent is noticed while somebody is looking.
    heartbeat: { intervalMs: 4_000, timeoutMs: 3_000 },
    inbox: { historyMax: 500 },
    outbox: { contentLengthMax: 5_000 },
  });
  const names = new Names(userId, name);
  const unread = new UnreadCounts(client);
  const books = new LedgerWatch(client);
  for (const room of rooms) {
    const conversation = client.conversation(room.id);
    names.learnFrom(conversation);
    books.watch(room.id, conversation);
  }
  client.connect();
  return { client, userId, rooms, names, unread, books };
}

/** The query tells whose link this is to the front of the demonstration, which breaks links by person. */
function socketUrl(userId: string): string {
  const url = new URL('/ws', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('user', userId);
  return url.href;
}
