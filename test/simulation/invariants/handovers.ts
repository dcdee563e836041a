/** What holds while one connection takes over from another. */

import type { Life } from '../device/life.js';
import type { Wire } from '../world/wire.js';
import type { Invariant } from './invariant.js';

/** A token and a handshake have ten seconds each, and the one before two for its last frames. */
const HANDOVER_MAX_MS = 22_000;
const SLACK_MS = 1_000;

export const handoversEnd = (): Invariant => {
  const began = new Map<Life, { readonly atMs: number; readonly dullings: number }>();
  return {
    id: 'CN-2',
    sentence: 'Two connections are there for no longer than a token, a handshake and the last frames take.',
    stepped(world) {
      for (const device of world.devices) {
        const { life } = device;
        if (life === null) continue;
        const { connection } = life.client.snapshot;
        const isHandover = connection.status === 'open' && connection.handover;
        // Nobody hands over, most of the time.
        if (!isHandover && began.size === 0) continue;
        const { dullings, isDulled } = device;
        const known = began.get(life);
        if (!isHandover || isDulled || (known !== undefined && known.dullings !== dullings)) began.delete(life);
        else if (known === undefined) began.set(life, { atMs: world.timeline.nowMs, dullings });
        else if (world.timeline.nowMs > known.atMs + HANDOVER_MAX_MS + SLACK_MS)
          world.violate('CN-2', `device ${device.index} hands over for more than ${HANDOVER_MAX_MS} ms`);
      }
    },
    /** One ends and the next begins in one step. */
    told: (_world, life, { name }) => {
      if (name === 'handover-finished') began.delete(life);
    },
    dialled: (_world, { life }) => {
      if (life !== null) began.delete(life);
    },
  };
};

const LOSSES: readonly string[] = ['socket-closed', 'unresponsive', 'ack-overdue', 'bad-frames'];

export const leavesOpenByLoss = (): Invariant => {
  const open = new WeakSet<Life>();
  return {
    id: 'I24',
    sentence: 'A connection stops being open only by its own loss, whatever becomes of what is dialled beside it.',
    told(world, life, told) {
      if (told.name !== 'status-changed') return;
      const { connection } = told.payload;
      const wasOpen = open.delete(life);
      if (connection.status === 'open') open.add(life);
      if (!wasOpen || connection.status !== 'connecting') return;
      const { cause } = connection;
      const isLoss = cause?.everOpened === true && LOSSES.includes(cause.kind);
      if (!isLoss) world.violate('I24', `device ${life.device.index} left open by ${cause?.kind ?? 'nothing'}`);
    },
    stepped(world) {
      for (const { life, wires, index } of world.devices) {
        if (life?.client.snapshot.connection.status === 'open' && wires.length === 0)
          world.violate('I24', `device ${index} is open without a socket`);
      }
    },
  };
};

export const sendsOnOneSocket = (): Invariant => {
  const carriers = new Map<string, Wire>();
  const doubled = new Map<string, Wire>();
  return {
    id: 'I7',
    sentence: 'What one socket may still answer is not sent on another.',
    sent(_world, device, frame) {
      if (frame.type !== 'send_message') return;
      const { wire, messageId } = frame;
      const before = carriers.get(messageId);
      carriers.set(messageId, wire);
      if (before === undefined || before === wire || before.deviceIndex !== device.index) return;
      doubled.set(messageId, before);
    },
    /** The one before is given up in the same step. */
    stepped(world) {
      for (const [messageId, { isLive, number }] of doubled) {
        if (isLive) world.violate('I7', `${messageId} is sent again while wire ${number} may answer`);
      }
      if (doubled.size > 0) doubled.clear();
    },
  };
};

export const ownsEveryAck = (): Invariant => ({
  id: 'I6',
  sentence: 'An ack ends its message, on whichever socket of an open client it comes.',
  heard(world, { life, index }, text) {
    if (life === null || life.connection.status !== 'open' || !text.startsWith('{"type":"ack"')) return;
    const messageId = /"messageId":"([^"]*)"/.exec(text)?.[1] ?? '';
    const attempt = life.attempts.get(messageId);
    if (attempt === undefined || attempt.end !== null || life.client.outbox.list().every(({ id }) => id !== messageId))
      return;
    world.violate('I6', `device ${index} has ${messageId} in its outbox after the ack`);
  },
});
