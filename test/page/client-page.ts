/** A page with one client, and a diary of it for Node to read. */
import { ChatSocketClient } from '../../src/index.js';
import type { ClientTask } from './client-task.js';

/** One change of the status, or of what the user is told of it. */
export interface DiaryEntry {
  readonly status: string;
  /** Why the connection ended last; null as long as it never did. */
  readonly kind: string | null;
  readonly code: number | null;
  readonly showsOffline: boolean;
  /** By the clock of the machine, which Node reads too. */
  readonly atMs: number;
  /** By a clock that nobody sets: since the page was opened. */
  readonly pageMs: number;
}

export interface ClientPage {
  readonly client: ChatSocketClient;
  readonly diary: DiaryEntry[];
  /** The codes of the errors that the client told of. */
  readonly errors: string[];
  texts(): readonly string[];
}

declare global {
  interface Window {
    chat: ClientPage;
  }
}

// The address was written by the test.
const { url, connects, options } = JSON.parse(decodeURIComponent(location.hash.slice(1))) as ClientTask;

const client = new ChatSocketClient({
  url,
  conversationId: 'lobby',
  token: async () => (await fetch('/token')).text(),
  ...options,
});
const chat: ClientPage = {
  client,
  diary: [],
  errors: [],
  texts: () => client.snapshot.messages.map(({ content }) => content),
};
client.subscribe(writeDiary);
client.on('status-changed', writeDiary);
client.on('error', ({ error }) => chat.errors.push(error.code));
window.chat = chat;
if (connects) client.connect();

function writeDiary(): void {
  const { connection } = client.snapshot;
  const cause = 'cause' in connection ? connection.cause : null;
  const last = chat.diary.at(-1);
  if (last?.status === connection.status && last.showsOffline === connection.showOffline) return;
  chat.diary.push({
    status: connection.status,
    kind: cause?.kind ?? null,
    code: cause?.code ?? null,
    showsOffline: connection.showOffline,
    atMs: Date.now(),
    pageMs: performance.now(),
  });
}
