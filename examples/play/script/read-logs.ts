/** Reads the conversations from the store of a server: what is durable, not what was announced. */
import { levelLogStore } from '../../server/store/level-log-store.js';
import type { LogStore } from '../../server/store/log-store.js';
import type { LogEntry } from './checker.js';

/** From the folder of a server that has ended. */
export async function readLogs(
  directory: string,
  conversationIds: readonly string[],
): Promise<Map<string, LogEntry[]>> {
  const store = await levelLogStore({ directory });
  try {
    return await logsIn(store, conversationIds);
  } finally {
    await store.close();
  }
}

export async function logsIn(store: LogStore, conversationIds: readonly string[]): Promise<Map<string, LogEntry[]>> {
  const { conversations } = await store.load(Number.MAX_SAFE_INTEGER);
  const wanted = conversations.filter(({ record }) => conversationIds.includes(record.id));
  return new Map(
    wanted.map(({ record, entries }) => [
      record.id,
      entries.flatMap((entry) =>
        entry.kind === 'message'
          ? [
              {
                seq: entry.seq,
                senderId: entry.senderId,
                text: entry.content,
                clientMessageId: entry.clientMessageId,
              },
            ]
          : [],
      ),
    ]),
  );
}
