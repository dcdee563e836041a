/** Everybody who takes part: the clients in their conversations, and the observer in all of them. */
import { type Account, foundConversation, logIn } from './account.js';
import { Chatter } from './chatter.js';

export const CONVERSATIONS = 5;

const OPEN_DEADLINE_MS = 15_000;

export interface CastOptions {
  readonly clients: number;
  readonly messages: number;
  readonly seed: number;
  readonly serverPort: number;
}

export interface Cast {
  readonly chatters: readonly Chatter[];
  readonly observer: Account;
  readonly conversations: readonly { readonly id: string; readonly name: string }[];
  /** A name for the id of a user or a conversation; what is neither stays as it is. */
  nameOf(id: string): string;
  /** True once every message is acked, and received by everyone else. */
  isComplete(): boolean;
  close(): Promise<void>;
}

/** Resolves when everybody is connected and has joined: nothing is sent before. */
export async function gather({ clients, messages, seed, serverPort }: CastOptions): Promise<Cast> {
  const serverUrl = `http://127.0.0.1:${serverPort}`;
  const names = Array.from({ length: clients }, (_, index) => `client ${index + 1}`);
  const accounts = await Promise.all(names.map((name) => logIn(serverUrl, name)));
  const observer = await logIn(serverUrl, 'observer');
  const members = (conversation: number) => accounts.filter((_, index) => index % CONVERSATIONS === conversation);
  const conversations = await Promise.all(
    Array.from({ length: CONVERSATIONS }, async (_, conversation) => {
      const memberIds = members(conversation).map(({ userId }) => userId);
      return { id: await foundConversation(serverUrl, observer, memberIds), name: `conversation ${conversation + 1}` };
    }),
  );
  const chatters = await Promise.all(
    accounts.map((account, index) =>
      Chatter.start({
        name: names[index] ?? account.userId,
        account,
        conversationId: conversations[index % CONVERSATIONS]?.id ?? '',
        serverPort,
        messages: Math.floor(messages / clients) + (index < messages % clients ? 1 : 0),
        seed: seed + index,
      }),
    ),
  );
  await Promise.all(chatters.map((chatter) => chatter.open(AbortSignal.timeout(OPEN_DEADLINE_MS))));
  const known = new Map([
    ...conversations.map(({ id, name }) => [id, `${name} (${id})`] as const),
    ...accounts.map(({ userId }, index) => [userId, names[index] ?? userId] as const),
  ]);
  return {
    chatters,
    observer,
    conversations,
    nameOf: (id) => known.get(id) ?? id,
    isComplete: () => chatters.every((chatter) => hasEverything(chatter, chatters)),
    async close() {
      await Promise.all(chatters.map((chatter) => chatter.close()));
    },
  };
}

function hasEverything(chatter: Chatter, chatters: readonly Chatter[]): boolean {
  const others = chatters.filter((other) => other !== chatter && other.conversationId === chatter.conversationId);
  const expected = others.reduce((total, other) => total + other.attempts.length, 0);
  return chatter.ackedCount === chatter.attempts.length && chatter.receivedCount >= expected;
}
