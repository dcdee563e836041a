import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { levelLogStore } from '../../examples/server/store/level-log-store.js';
import { memoryLogStore } from '../../examples/server/store/memory-log-store.js';
import { type ChildServer, startChild } from './support/child-server.js';
import { connect, dial, fetchToken, type Login, logIn, type Peer, startServer, within } from './support/peer.js';

/** Messages of one talker on their way: enough that some are at every stage when the server ends. */
const WINDOW = 100;

let directory: string;
const children: ChildServer[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chat-server-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.process.exitCode === null && child.process.signalCode === null) await child.end('SIGKILL');
  }
  await rm(directory, { recursive: true, force: true });
});

async function start(environment: Readonly<Record<string, string>> = {}): Promise<ChildServer> {
  const child = await startChild({
    DATA_DIR: directory,
    LOG_LEVEL: 'silent',
    MESSAGES_PER_SECOND: '10000',
    ...environment,
  });
  children.push(child);
  return child;
}

async function enter(child: ChildServer, login: Login): Promise<Peer> {
  const peer = dial(child.url, await fetchToken(child.url, login));
  await peer.untilType('connected');
  return peer;
}

function acked(peers: readonly Peer[]): ReadonlyMap<string, number> {
  const seqs = new Map<string, number>();
  for (const frame of peers.flatMap((peer) => peer.frames)) {
    if (frame.type === 'ack') seqs.set(frame.payload.messageId, frame.payload.seq ?? 0);
  }
  return seqs;
}

/** Says one message after the other until the socket is gone, never too far ahead of the acks. */
async function talk(peer: Peer, name: string): Promise<void> {
  for (let number = 1; peer.socket.readyState === peer.socket.OPEN; ) {
    const isAhead = number - acked([peer]).size > WINDOW;
    if (!isAhead) peer.say('lobby', `${name}-${number++}`);
    if (isAhead || number % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The log as the disk has it: client ids by seq, of the lobby. */
async function storedSeqs(): Promise<ReadonlyMap<string, readonly number[]>> {
  const store = await levelLogStore({ directory });
  const { conversations } = await store.load(1_000_000);
  await store.close();
  const entries = conversations.find(({ record }) => record.id === 'lobby')?.entries ?? [];
  expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
  const seqs = new Map<string, number[]>();
  for (const entry of entries) {
    if (entry.kind !== 'message' || entry.clientMessageId === null) continue;
    seqs.set(entry.clientMessageId, [...(seqs.get(entry.clientMessageId) ?? []), entry.seq]);
  }
  return seqs;
}

describe('the end of a server', { timeout: 30_000 }, () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('S21 F25 loses no acknowledged message to %s under load', async (signal) => {
    const child = await start();
    const logins = await Promise.all(['Ada', 'Bob', 'Cy'].map((name) => logIn(child.url, name)));
    const peers = await Promise.all(logins.map((login) => enter(child, login)));
    const talks = peers.map((peer, index) => talk(peer, `p${index}`));
    await Promise.all(peers.map((peer, index) => peer.untilAck(`p${index}-100`)));

    const { code, tookMs } = await child.end(signal);
    const closes = await Promise.all(peers.map((peer) => peer.closed));
    await Promise.all(talks);

    const stored = await storedSeqs();
    const lost = [...acked(peers)].filter(([messageId, seq]) => stored.get(messageId)?.join() !== String(seq));
    expect(acked(peers).size).toBeGreaterThanOrEqual(300);
    expect(lost).toEqual([]);
    if (signal === 'SIGTERM') {
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(5_000);
      expect(closes.map((close) => close.code)).toEqual([1012, 1012, 1012]);
      for (const peer of peers) expect(peer.frames.some((frame) => frame.type === 'server_restarting')).toBe(true);
    }
  });

  it('F25 answers a message that was stored but not acknowledged before a crash with its first place', async () => {
    const first = await start();
    const ada = await logIn(first.url, 'Ada');
    const peer = await enter(first, ada);
    peer.say('lobby', 'm1');
    const ack = await peer.untilAck('m1');
    // Everything but the ack of the crash-time messages is on disk or not: the same ids sort it out either way.
    for (let number = 2; number <= 200; number += 1) peer.say('lobby', `m${number}`);
    await peer.untilAck('m20');
    await first.end('SIGKILL');

    const second = await start();
    const again = await enter(second, ada);
    for (let number = 1; number <= 200; number += 1) again.say('lobby', `m${number}`);
    await again.untilAck('m200');
    const firstAgain = await again.untilAck('m1');
    await second.end('SIGTERM');

    expect(firstAgain.type === 'ack' && firstAgain.payload).toMatchObject({ duplicate: true });
    expect(ack.type === 'ack' && ack.payload.seq).toBe(firstAgain.type === 'ack' && firstAgain.payload.seq);
    const stored = await storedSeqs();
    expect([...stored.values()].filter((seqs) => seqs.length !== 1)).toEqual([]);
    expect([...stored.keys()]).toEqual(Array.from({ length: 200 }, (_, index) => `m${index + 1}`));
  });

  it('F25 knows a message again whose ack the crash swallowed', async () => {
    const inner = memoryLogStore();
    let isCrashed = false;
    // Durable, but the server never learns of it: the crash between store and ack.
    const store = {
      ...inner,
      async write(writes: Parameters<typeof inner.write>[0]) {
        await inner.write(writes);
        if (writes.some((write) => write.type === 'put-dedup')) isCrashed = true;
        if (isCrashed) await new Promise(() => {});
      },
      close: async () => {},
    };
    const first = await startServer({ store, onStoreFailure: () => {} });
    const peer = await connect(first, 'ada');
    peer.say('lobby', 'm1');
    peer.send({ type: 'ping' });
    await peer.untilType('pong');
    const isAcked = acked([peer]).has('m1');

    const second = await startServer({ store: inner });
    const again = await connect(second, 'ada');
    again.say('lobby', 'm1');
    const ack = await again.untilAck('m1');

    expect(isAcked).toBe(false);
    expect(isCrashed).toBe(true);
    expect(ack).toMatchObject({ payload: { seq: 1, duplicate: true } });
    await second.close();
    peer.socket.terminate();
    await first.close();
  });

  it('comes back after a restart with the same log, epoch, members and sessions', async () => {
    const first = await start();
    const ada = await logIn(first.url, 'Ada');
    const peer = await enter(first, ada);
    peer.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });
    peer.say('lobby', 'm1');
    await peer.untilAck('m1');
    const assistant = `assistant-${ada.userId}`;
    peer.say(assistant, 'm2', 'a long story');
    await peer.until((frame) => frame.type === 'message_delta');
    await first.end('SIGTERM');
    const history = await peer.untilType('conversation_history');
    const epoch = history.type === 'conversation_history' ? history.payload.epoch : null;

    const second = await start();
    const again = await enter(second, ada);
    const hello = await again.untilType('connected');
    again.send({ type: 'join_conversation', payload: { conversationId: 'lobby', after: { epoch, seq: 0 } } });
    again.send({ type: 'join_conversation', payload: { conversationId: assistant } });
    const lobby = await again.until((frame) => frame.type === 'conversation_history');
    const talked = await again.until((frame) => {
      return frame.type === 'conversation_history' && frame.payload.conversationId === assistant;
    });

    expect(hello).toMatchObject({ payload: { conversations: { lobby: { epoch, latestSeq: 1 } } } });
    expect(lobby).toMatchObject({ payload: { recovered: 'full', latestSeq: 1, messages: [{ content: 'm1' }] } });
    const [, answer] = talked.type === 'conversation_history' ? talked.payload.messages : [];
    expect(answer?.streaming).toBeUndefined();
    expect(answer?.content.length).toBeGreaterThan(0);
    await second.end('SIGTERM');
  });
});

describe('a drain', () => {
  it('S21 waits for writes under way, acknowledges them, and takes nothing new', async () => {
    const inner = memoryLogStore();
    const gate: { open: () => void } = { open: () => {} };
    const opened = new Promise<void>((resolve) => {
      gate.open = resolve;
    });
    const store = {
      ...inner,
      async write(writes: Parameters<typeof inner.write>[0]) {
        if (writes.some((write) => write.type === 'put-dedup')) await opened;
        await inner.write(writes);
      },
    };
    const server = await startServer({ store, retryAfterMs: 123 });
    const peer = await connect(server, 'ada');
    peer.say('lobby', 'm1');
    peer.send({ type: 'ping' });
    await peer.untilType('pong');

    const closed = server.close();
    const goodbye = await peer.untilType('server_restarting');
    peer.say('lobby', 'too late');
    const refused = dial(server.url, 'any');
    await refused.closed;
    gate.open();
    await within(closed, 'the drain');

    expect(goodbye).toMatchObject({ payload: { retryAfterMs: 123 } });
    expect([...acked([peer]).keys()]).toEqual(['m1']);
    expect((await peer.closed).code).toBe(1012);
    expect(refused.frames).toEqual([]);
    await server.close();
  });
});
