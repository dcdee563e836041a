/** Reads the conversations from the store of a server that has ended: what is durable, not what was announced. */
import { levelLogStore } from '../../server/store/level-log-store.js';
import type { LogEntry } from './checker.js';

export async function readLogs(
  directory: string,
  conversationIds: readonly string[],
): Promise<Map<string, LogEntry[]>> {
  const store = await levelLogStore({ directory });
  try {
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
  } finally {
    await store.close();
  }
}
