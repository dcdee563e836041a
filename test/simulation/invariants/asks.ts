/** What a client asks of its server: one thing at a time, no more than may be under way, and nothing too late. */

import type { Life } from '../device/life.js';
import type { Wire } from '../world/wire.js';
import type { World } from '../world/world.js';
import type { Invariant } from './invariant.js';

const IN_FLIGHT_MAX = 8;
const RANGE_TIMEOUT_MS = 5_000;
const ANSWERS = new Set(['range', 'error', 'conversation_history']);
const AGE_MAX_MS = 86_400_000;

export const keepsWindow = (): Invariant => ({
  id: 'DS-9',
  sentence: 'No more messages are on their way without an ack than the window allows.',
  sent(world, { life, index }, { type }) {
    if (life === null || type !== 'send_message') return;
    const max = life.device.setup.options.outbox?.inFlightMax ?? IN_FLIGHT_MAX;
    const onTheirWay = life.client.outbox.list().filter(({ status }) => status === 'sending').length;
    if (onTheirWay > max)
      world.violate('DS-9', `device ${index} has ${onTheirWay} messages on their way, ${max} may be`);
  },
});

export const sendsNothingExpired = (): Invariant => ({
  id: 'DS-6',
  sentence: 'A message whose time ran out does not go out any more.',
  sent(world, { life, index }, frame) {
    if (life === null || frame.type !== 'send_message') return;
    const attempt = life.attempts.get(frame.messageId);
    if (attempt === undefined || attempt.wasRetried) return;
    const ageMaxMs = life.device.setup.options.outbox?.ageMaxMs ?? AGE_MAX_MS;
    const expiresAtMs = attempt.atMs + Math.min(attempt.ttlMs ?? ageMaxMs, ageMaxMs);
    if (world.timeline.nowMs < expiresAtMs) return;
    world.violate('DS-6', `device ${index} sends ${attempt.outgoing.id}, which expired at ${expiresAtMs}`);
  },
});

export const asksOneRange = (): Invariant => {
  /** When a conversation was last asked about on a connection, while the answer is not there. */
  const asked = new Map<Wire, Map<string, number>>();
  return {
    id: 'RX-2',
    sentence: 'A range is asked for once, until its answer is there or its time is over.',
    sent(world, device, frame) {
      const isRange = frame.type === 'fetch_range';
      if (!isRange && frame.type !== 'join_conversation') return;
      const { wire, messageId } = frame;
      const ofWire = asked.get(wire) ?? new Map<string, number>();
      asked.set(wire, ofWire);
      // A join starts over; what was asked for before is of no use.
      if (!isRange) {
        ofWire.delete(messageId);
        return;
      }
      const { nowMs } = world.timeline;
      const timeoutMs = device.setup.options.inbox?.gapFetchTimeoutMs ?? RANGE_TIMEOUT_MS;
      const before = ofWire.get(messageId);
      ofWire.set(messageId, nowMs);
      if (before === undefined || nowMs - before >= timeoutMs || device.isDulled) return;
      world.violate(
        'RX-2',
        `device ${device.index} asks for a range of ${messageId} ${nowMs - before} ms after another`,
      );
    },
    // A late answer to an earlier question is as good as one to the last.
    reached(_world, _device, frame) {
      if (!ANSWERS.has(frame.type)) return;
      const { wire, text, messageId } = frame;
      asked.get(wire)?.delete(messageId || (/"conversationId":"([^"]*)"/.exec(text)?.[1] ?? ''));
    },
  };
};

export const marksArrive = (): Invariant => ({
  id: 'RM',
  sentence: 'What a user has read, the server knows in the end, however many connections that takes.',
  settled(world) {
    const { retainedMax = KEPT_MIN, retentionMax = KEPT_MIN } = world.setup.server.limits;
    // A server that keeps little lets marks of older messages go.
    if (Math.min(retainedMax, retentionMax) < KEPT_MIN) return;
    for (const life of world.lives)
      if (!life.isOver) for (const [conversationId, ids] of life.read) look(world, life, { conversationId, ids });
  },
});

const KEPT_MIN = 2_000;

function look(
  world: World,
  life: Life,
  { conversationId, ids }: { conversationId: string; ids: ReadonlySet<string> },
): void {
  const { userId } = life.device.setup;
  for (const entry of world.server.truth.current(conversationId)?.entries ?? []) {
    if (entry?.kind !== 'message' || entry.deleted || !ids.has(entry.id) || entry.senderId === userId) continue;
    if (entry.readBy.includes(userId)) continue;
    return world.violate('RM', `device ${life.device.index} read ${entry.id}, and the server does not know`);
  }
}
