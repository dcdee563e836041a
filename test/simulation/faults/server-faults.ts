/** What the server does wrong: to everybody, or in what it says to one device. Amounts are milliseconds, or counts. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import type { EngineInput } from '../../../examples/server/engine/turn.js';
import { FINAL_CODE, NO_WORD } from '../server/gatekeeper.js';
import type { CrashPoint, Memory } from '../server/simulated-server.js';
import type { TamperKind } from '../server/tamper.js';
import type { Deed, Deeds } from './deed.js';

type FrameType = EnvelopeServerFrame['type'];

const BROADCASTS: readonly FrameType[] = ['new_message', 'messages_read', 'message_start'];
const CHUNKS: readonly FrameType[] = ['message_delta', 'message_end'];
const PAGES: readonly FrameType[] = ['history_page'];
const RULE_MS = 20_000;

export const serverFaults: Deeds = {
  restart: restart('after-store', 'all', 1012),
  'crash-before-store': restart('before-store', 'all', null),
  'crash-after-store': restart('after-store', 'all', null),
  'crash-dedup-lost': restart('after-store', 'no-dedup', null),
  'crash-log-lost': restart('before-store', 'nothing', null),
  'restart-hint': {
    range: [100, 8_000],
    act: ({ world, amount }) => {
      world.server.dispatch({ type: 'drain-started', retryAfterMs: amount });
      world.timeline.after(300, () => {
        world.server.restart({ point: 'after-store', memory: 'all', downMs: amount, code: 1001 });
      });
    },
  },
  'slow-store': { range: [1_000, 30_000], act: ({ world, amount }) => world.server.slowStore(amount) },
  'drop-broadcast': tamper('drop', BROADCASTS),
  'double-broadcast': tamper('double', BROADCASTS),
  'reorder-broadcast': tamper('reorder', BROADCASTS),
  'drop-ack': tamper('drop', ['ack']),
  'double-ack': tamper('double', ['ack']),
  'late-ack': tamper('reorder', ['ack']),
  'drop-chunk': tamper('drop', CHUNKS),
  'double-chunk': tamper('double', CHUNKS),
  'reorder-chunk': tamper('reorder', CHUNKS),
  'drop-page': tamper('drop', PAGES),
  'double-page': tamper('double', PAGES),
  'drop-join': tamper('drop', ['conversation_history']),
  'double-join': tamper('double', ['conversation_history']),
  'drop-pong': tamper('drop', ['pong']),
  'strange-ack': {
    range: [0, 0],
    act: ({ world, device }) => {
      const wire = device.liveWire;
      if (wire !== null) world.server.say(wire, { type: 'ack', payload: { messageId: 'm-of-nobody', seq: 1 } });
    },
  },
  'garbage-frames': {
    range: [1, 25],
    act: ({ world, device, amount, dice }) => {
      const wire = device.liveWire;
      for (let count = 0; wire !== null && count < amount; count += 1) {
        world.server.sayRaw(
          wire,
          dice.pick(['{', '[]', 'null', '{"type":"ack"}', '{"type":"new_message","payload":7}']),
        );
      }
    },
  },
  'expiring-soon': {
    range: [1_000, 60_000],
    act: ({ world, device, amount }) => {
      const wire = device.liveWire;
      if (wire !== null) world.server.say(wire, { type: 'token_expiring_soon', payload: { expiresInMs: amount } });
    },
  },
  'refuse-send': refuseNext('send_message', ['RATE_LIMIT', 'SEND_ERROR', 'OUT_OF_ORDER', NO_WORD]),
  'reject-send': refuseNext('send_message', [null]),
  // Said by somebody in front of the server, who does not count the numbers of producers.
  'reject-send-uncounted': refuseNext('send_message', [FINAL_CODE]),
  'refuse-join': refuseNext('join_conversation', ['RATE_LIMIT', 'FETCH_ERROR', 'INTERNAL_ERROR']),
  'refuse-page': refuseNext('load_history', ['RATE_LIMIT', 'FETCH_ERROR']),
  'fear-poison': {
    range: [5_000, 120_000],
    act: ({ world, amount, dice }) => world.server.gatekeeper.fearPoison(dice.pick([1011, 1009, 1006]), amount),
  },
  'change-words': change((found) => ({ ...found, type: 'message-edited', content: `edited ${found.messageId}` })),
  delete: change((found) => ({ ...found, type: 'message-deleted' })),
  'server-posts': {
    range: [1, 6],
    act: ({ world, amount, dice }) => {
      const conversationId = dice.pick(world.rooms);
      const contents = Array.from({ length: amount }, () => world.nameServerText());
      world.server.dispatch({ type: 'posted', conversationId, author: { id: 'system', name: 'System' }, contents });
    },
  },
};

interface Found {
  readonly conversationId: string;
  readonly messageId: string;
  readonly by: string;
}

/** Somebody changes one of the last messages of a conversation. */
function change(toInput: (found: Found) => EngineInput): Deed {
  return {
    range: [0, 12],
    act: ({ world, amount, dice }) => {
      const conversationId = dice.pick(world.rooms);
      const entries = world.server.truth.current(conversationId)?.entries ?? [];
      const message = entries.filter((entry) => entry?.kind === 'message').at(-1 - amount);
      if (message?.kind !== 'message') return;
      world.server.dispatch(toInput({ conversationId, messageId: message.id, by: message.senderId }));
    },
  };
}

function restart(point: CrashPoint, memory: Memory, code: number | null): Deed {
  return {
    range: [50, 20_000],
    act: ({ world, amount }) => {
      if (memory === 'no-dedup') world.forgotDedup = true;
      world.server.restart({ point, memory, downMs: amount, code });
    },
  };
}

function tamper(kind: TamperKind, types: readonly FrameType[]): Deed {
  return {
    range: [1, 4],
    act: ({ world, device, amount }) => {
      const wire = device.liveWire;
      if (wire !== null) world.server.tamperOf(wire)?.add(kind, types, amount);
    },
  };
}

function refuseNext(
  frameType: 'send_message' | 'join_conversation' | 'load_history',
  codes: readonly (string | null)[],
): Deed {
  return {
    range: [1, 3],
    act: ({ world, amount, dice }) => {
      const retryAfterMs = dice.chance(0.5) ? dice.whole(50, 3_000) : null;
      world.server.gatekeeper.refuseNext({ frameType, left: amount, code: dice.pick(codes), retryAfterMs }, RULE_MS);
    },
  };
}
