/** What users do. Amounts are sizes, counts or milliseconds. */

import type { Life } from '../device/life.js';
import type { Deed, Deeds, Stage } from '../faults/deed.js';
import { POISON } from '../server/gatekeeper.js';

const CONTENT_MAX = 5_000;
const BURST_PAUSE_MS = 40;

export const userDeeds = {
  send: { range: [0, 60], act: (stage) => say(stage, {}) },
  'send-long': { range: [CONTENT_MAX - 20, CONTENT_MAX + 20], act: (stage) => say(stage, { isExact: true }) },
  'send-with-metadata': {
    range: [1, 40],
    act: (stage) => say(stage, { metadata: { depth: { list: Array.from({ length: stage.amount }, (_, at) => at) } } }),
  },
  'send-poison': { range: [0, 20], act: (stage) => say(stage, { prefix: POISON }) },
  burst: {
    range: [2, 14],
    act: (stage) => {
      for (let count = 0; count < stage.amount; count += 1) {
        stage.device.later(count * stage.dice.whole(0, BURST_PAUSE_MS), () => say({ ...stage, amount: 20 }, {}));
      }
    },
  },
  paste: {
    range: [10, 30],
    act: (stage) => {
      for (let count = 0; count < stage.amount; count += 1) {
        stage.device.later(count, () => say({ ...stage, amount: CONTENT_MAX }, { isExact: true }));
      }
    },
  },
  ask: { range: [0, 20], act: (stage) => say(stage, { prefix: '@bot ' }) },
  cancel: act(({ client }) => {
    const newest = client.outbox.list().at(-1);
    if (newest !== undefined) client.outbox.cancel(newest.id);
  }),
  retry: act((life) => {
    for (const { id } of life.client.outbox.list()) life.client.outbox.retry(id);
    for (const attempt of life.attempts.values()) {
      const { end, wasRetried, settledCount } = attempt;
      if (end?.kind !== 'failed') continue;
      // What it leads to may be told before the call returns.
      Object.assign(attempt, { end: null, settledCount: 0, wasRetried: true });
      if (!life.client.outbox.retry(attempt.outgoing.id)) Object.assign(attempt, { end, settledCount, wasRetried });
    }
  }),
  edit: act(({ client, attempts }, { dice }) => {
    const waiting = client.outbox.list();
    if (waiting.length === 0) return;
    const { id } = dice.pick(waiting);
    const text = `t0 edited ${dice.whole(1, 1_000_000)}`;
    const attempt = attempts.get(id);
    if (client.outbox.edit(id, text) && attempt !== undefined) attempt.text = text;
  }),
  'clear-outbox': act(({ client }) => client.outbox.clear()),
  'send-short-lived': { range: [50, 20_000], act: (stage) => say(stage, { ttlMs: stage.amount }) },
  connect: act((life) => {
    life.isWanted = true;
    life.client.connect();
  }),
  close: act((life, { world }) => world.close(life)),
  'drain-and-close': {
    range: [100, 8_000],
    act: ({ device, amount }) => {
      const { life } = device;
      if (life === null) return;
      life.isWanted = false;
      void life.client.close({ drainMs: amount });
    },
  },
  reconnect: act((life) => {
    life.isWanted = true;
    life.client.reconnect();
  }),
  logout: act((life, { world }) => {
    life.isWanted = false;
    life.loggedOutAtMs = world.timeline.nowMs;
    life.read.clear();
    const { nowMs } = world.timeline;
    // It rejects where the store cannot be erased, and says so; then nothing is promised.
    life.client.logout().then(
      () => world.whenLoggedOut(life, nowMs),
      () => {},
    );
  }),
  dispose: { range: [0, 0], act: ({ device }) => device.dispose() },
  crash: { range: [0, 0], act: ({ device }) => device.crash() },
  type: { range: [0, 1], act: ({ device, amount, dice }) => room(device.life, dice.roll())?.setTyping(amount === 1) },
  read: act((life, { dice }) => {
    const conversation = room(life, dice.roll());
    if (conversation === null) return;
    noteRead(life, conversation.id);
    conversation.markRead();
  }),
  older: {
    range: [1, 30],
    act: ({ device, amount, dice }) => {
      const { life } = device;
      if (life === null) return;
      life.olderMax += amount;
      room(life, dice.roll())
        ?.loadOlder({ limit: amount })
        .catch(() => {});
    },
  },
  'stop-answer': { range: [0, 0], act: ({ device, dice }) => room(device.life, dice.roll())?.stopStream() },
  leave: {
    range: [1_000, 60_000],
    act: ({ device, amount, dice }) => {
      const { life } = device;
      const conversation = room(life, dice.roll());
      if (life === null || conversation === null || life.joined.size < 2) return;
      conversation.leave();
      life.joined.delete(conversation.id);
      device.later(amount, () => {
        if (!life.isOver) device.join(life, conversation.id);
      });
    },
  },
} satisfies Deeds;

function act(deed: (life: Life, stage: Stage) => void): Deed {
  return {
    range: [0, 0],
    act: (stage) => {
      if (stage.device.life !== null) deed(stage.device.life, stage);
    },
  };
}

interface Saying {
  readonly prefix?: string;
  readonly metadata?: unknown;
  readonly isExact?: boolean;
  readonly ttlMs?: number;
}

function say({ world, device, amount, dice }: Stage, { isExact = false, ...saying }: Saying): void {
  const { life } = device;
  const conversation = room(life, dice.roll());
  if (life === null || conversation === null) return;
  world.send(life, conversation.id, { ...saying, size: isExact ? amount : dice.whole(0, amount) });
}

/** What there is since the last mark, own messages too; older pages that come after it are taken for read. */
function noteRead(life: Life, conversationId: string): void {
  const read = life.read.get(conversationId) ?? new Set<string>();
  life.read.set(conversationId, read);
  const { messages } = life.client.conversation(conversationId).snapshot;
  const markedUpTo = messages.findLastIndex(({ id }) => id !== null && read.has(id));
  for (const { id } of messages.slice(markedUpTo + 1)) if (id !== null) read.add(id);
}

function room(life: Life | null, roll: number) {
  const id = life === null ? undefined : [...life.joined][Math.floor(roll * life.joined.size)];
  return life === null || id === undefined ? null : life.client.conversation(id);
}
