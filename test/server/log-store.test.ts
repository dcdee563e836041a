import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry, MessageEntry, StoreWrite } from '../../examples/server/engine/records.js';
import { levelLogStore } from '../../examples/server/store/level-log-store.js';
import type { LogStore } from '../../examples/server/store/log-store.js';
import { memoryLogStore } from '../../examples/server/store/memory-log-store.js';
import { redisLogStore } from '../../examples/server/store/redis-log-store.js';
import { findRedis } from '../../scripts/find-redis.js';
import { RedisServer } from '../redis/support/redis-server.js';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-store-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function levelStore(): Promise<LogStore> {
  const store = await levelLogStore({ directory: await temporaryFolder() });
  cleanups.push(() => store.close());
  return store;
}

function message(seq: number, content = `text ${seq}`): MessageEntry {
  return {
    kind: 'message',
    seq,
    id: `e.${seq}`,
    senderId: 'ada',
    senderName: 'Ada',
    role: null,
    content,
    createdAtMs: 1,
    clientMessageId: `m${seq}`,
    inReplyTo: null,
    metadata: seq % 2 === 0 ? { seq } : undefined,
    readBy: [],
    stream: null,
    changedSeq: null,
    deleted: false,
  };
}

function put(conversationId: string, seq: number, content?: string): StoreWrite {
  return { type: 'put-entry', conversationId, entry: message(seq, content) };
}

function entryOf(conversationId: string): (entry: LogEntry) => StoreWrite {
  return (entry) => ({ type: 'put-entry', conversationId, entry });
}

function remember(messageId: string, storedAtMs: number): StoreWrite {
  const key = { userId: 'ada', conversationId: 'a', messageId };
  return { type: 'put-dedup', record: { ...key, fingerprint: 'f', id: 'e.1', seq: 1, storedAtMs } };
}

function conversation(id: string): StoreWrite {
  const record = { id, epoch: `epoch of ${id}`, isOpen: true, assistant: 'always', memberIds: ['ada', 'bob'] } as const;
  return { type: 'put-conversation', conversation: record };
}

let redis: RedisServer | null = null;

beforeAll(async () => {
  if (findRedis() !== null) redis = await RedisServer.start();
}, 20_000);

afterAll(() => redis?.stop());

async function redisStore(): Promise<LogStore> {
  await redis?.flush();
  const store = await redisLogStore({ url: redis?.url ?? '', serverId: randomUUID() });
  cleanups.push(() => store.close());
  return store;
}

describe.each([
  ['in memory', async () => memoryLogStore()],
  ['in LevelDB', levelStore],
  // Where there is no Redis, `npm test` has said so already.
  ...(findRedis() === null ? [] : [['in Redis', redisStore] as const]),
] as const)('a log store %s', (_name, open) => {
  it('gives back what was written: the newest entries, members, users, and ids by age', async () => {
    const store = await open();
    await store.write([conversation('a'), conversation('b'), { type: 'put-user', user: { id: 'ada', name: 'Ada' } }]);
    await store.write(Array.from({ length: 12 }, (_, index) => put('a', index + 1)));
    await store.write([put('b', 1), remember('late', 20), remember('early', 10), remember('gone', 5)]);
    await store.write([{ type: 'drop-dedup', key: { userId: 'ada', conversationId: 'a', messageId: 'gone' } }]);

    const loaded = await store.load(10);

    const [first, second] = loaded.conversations;
    expect(loaded.users).toEqual([{ id: 'ada', name: 'Ada' }]);
    expect(first?.record).toMatchObject({ id: 'a', epoch: 'epoch of a', memberIds: ['ada', 'bob'] });
    expect(first?.entries.map((entry) => entry.seq)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(first?.entries.at(-1)).toEqual(message(12));
    expect(second?.entries).toEqual([message(1)]);
    expect(loaded.dedup.map((record) => record.messageId)).toEqual(['early', 'late']);
  });

  it('reads a page by counting messages, past entries of other kinds', async () => {
    const store = await open();
    const mark = { kind: 'read', seq: 3, messageIds: ['e.1'], readBy: 'bob', createdAtMs: 1 } as const;
    await store.write([conversation('a'), put('a', 1), put('a', 2), put('a', 4), put('a', 5)]);
    await store.write([{ type: 'put-entry', conversationId: 'a', entry: mark }]);

    const page = await store.readPage({ conversationId: 'a', after: 0, before: 5, limit: 2 });
    const start = await store.readPage({ conversationId: 'a', after: 0, before: 1, limit: 2 });

    expect(page.map((entry) => entry.seq)).toEqual([2, 3, 4]);
    expect(start).toEqual([]);
  });

  it('reads a stretch, with the older messages that it changed', async () => {
    const store = await open();
    const edit = { kind: 'edited', seq: 4, messageId: 'e.2', by: 'ada', createdAtMs: 1 } as const;
    const tombstone = { ...message(1, ''), changedSeq: 5, deleted: true };
    const deletion = { kind: 'deleted', seq: 5, messageId: 'e.1', by: 'ada', createdAtMs: 1 } as const;
    await store.write([conversation('a'), put('a', 1), put('a', 2), put('a', 3)]);
    await store.write([edit, { ...message(2, 'new'), changedSeq: 4 }, deletion, tombstone].map(entryOf('a')));

    const stretch = await store.readEntries({ conversationId: 'a', from: 3, to: 4 });
    const loaded = await store.load(3);

    expect(stretch).toEqual({ entries: [message(3), edit], changed: [{ ...message(2, 'new'), changedSeq: 4 }] });
    expect(loaded.conversations[0]?.entries).toEqual([message(3), edit, deletion]);
    expect(loaded.conversations[0]?.changed.map((changed) => changed.seq).sort()).toEqual([1, 2]);
    expect(await store.readEntries({ conversationId: 'a', from: 9, to: 12 })).toEqual({ entries: [], changed: [] });
  });

  it('forgets what lies before a place, but for what was changed since', async () => {
    const store = await open();
    const edit = { kind: 'edited', seq: 5, messageId: 'e.2', by: 'ada', createdAtMs: 1 } as const;
    await store.write([conversation('a'), conversation('b'), put('b', 1), put('a', 1), put('a', 3), put('a', 4)]);
    await store.write([edit, { ...message(2, 'new'), changedSeq: 5 }].map(entryOf('a')));

    await store.write([{ type: 'drop-entries', conversationId: 'a', before: 4 }]);
    const [cut, other] = (await store.load(10)).conversations;
    const stretch = await store.readEntries({ conversationId: 'a', from: 1, to: 9 });
    await store.write([{ type: 'drop-entries', conversationId: 'a', before: 6 }]);
    const [empty] = (await store.load(10)).conversations;

    expect(cut).toMatchObject({ oldestSeq: 4, entries: [{ seq: 4 }, { seq: 5 }], changed: [{ seq: 2 }] });
    expect(other).toMatchObject({ oldestSeq: 1, entries: [{ seq: 1 }] });
    expect(stretch.entries.map((entry) => entry.seq)).toEqual([4, 5]);
    expect(empty).toMatchObject({ oldestSeq: 6, entries: [], changed: [] });
  });

  it('keeps every text as it came, and the last version of an entry', async () => {
    const store = await open();
    const odd = 'lone \ud800, NUL \u0000, 😀, __proto__';

    await store.write([conversation('a'), put('a', 1), put('a', 1, odd)]);

    const { conversations } = await store.load(10);
    expect(conversations[0]?.entries).toEqual([message(1, odd)]);
  });
});

describe('LevelDB', () => {
  it('SV-4 keeps entry and dedup record over a restart', async () => {
    const directory = await temporaryFolder();
    const store = await levelLogStore({ directory });
    await store.write([conversation('a'), put('a', 1), remember('m1', 10)]);
    await store.close();

    const reopened = await levelLogStore({ directory });
    cleanups.push(() => reopened.close());

    const { conversations, dedup } = await reopened.load(10);
    expect(conversations[0]?.entries).toEqual([message(1)]);
    expect(dedup).toMatchObject([{ messageId: 'm1', seq: 1 }]);
  });

  it('opens folders from before messages could change', async () => {
    const store = await levelStore();
    const { changedSeq: _changedSeq, deleted: _deleted, ...old } = message(1);
    const write = put('a', 1);
    Reflect.set(write, 'entry', old);

    await store.write([conversation('a'), write]);

    const { conversations } = await store.load(10);
    expect(conversations[0]).toMatchObject({ entries: [message(1)], changed: [], oldestSeq: 1 });
  });

  it('SV-4 writes all of a batch or nothing', async () => {
    const store = await levelStore();
    await store.write([conversation('a')]);
    const unwritable = put('a', 2);
    // A BigInt cannot become JSON, so this write fails in the middle of its batch.
    Reflect.set(Reflect.get(unwritable, 'entry'), 'metadata', 1n);

    await expect(store.write([put('a', 1), remember('m1', 10), unwritable])).rejects.toThrow();

    const { conversations, dedup } = await store.load(10);
    expect(conversations[0]?.entries).toEqual([]);
    expect(dedup).toEqual([]);
  });
});
