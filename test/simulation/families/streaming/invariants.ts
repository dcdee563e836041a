/** What must hold of an assistant's clients. Words stand for messages here: the wire has no names for them. */

import type { ChatMessage } from '../../../../src/client/chat-message.js';
import type { Attempt, Life } from '../../device/life.js';
import type { Invariant } from '../../invariants/invariant.js';
import { logsInSendOrder } from '../../invariants/order.js';
import { tellsEachOnce } from '../../invariants/told.js';
import type { World } from '../../world/world.js';
import { StreamingServer } from './server.js';

export const acksAreKept = (): Invariant => ({
  id: 'I5',
  sentence: 'No more messages of the same words are told to be acked than the history has.',
  told(world, _life, told) {
    if (told.name !== 'message-acked') return;
    const attempt = world.attemptOf(told.payload.clientMessageId);
    if (attempt === null || isFirstSinceLogout(world, attempt)) return;
    const words = attempt.text.trim();
    const acked = world.attempts.filter(({ text, end }) => text.trim() === words && end?.kind === 'acked').length;
    const kept = countKept(world, words);
    if (acked > kept) world.violate('I5', `${words} is acked ${acked} times, and the history has it ${kept} times`);
  },
});

/** A logout in another tab is heard by then. */
const HEARD_WITHIN_MS = 1_000;

/**
 * What was asked before a logout is forgotten, and the history says of none of its messages whose it is: the first
 * question after it may be taken for an older one of the same words. Those that follow on one that was taken may not.
 */
function isFirstSinceLogout({ lives, attempts }: World, { life, atMs }: Attempt): boolean {
  const logoutsMs = lives.flatMap(({ loggedOutAtMs }) => loggedOutAtMs ?? []).filter((logoutMs) => logoutMs <= atMs);
  const heardByMs = Math.max(...logoutsMs) + HEARD_WITHIN_MS;
  const isBefore = (one: Attempt) => one.life === life && one.endedAtMs !== null && one.endedAtMs < atMs;
  const taken = attempts.filter((one) => one.end?.kind === 'acked' && isBefore(one));
  return logoutsMs.length > 0 && !taken.some((one) => one.atMs > heardByMs);
}

export const asksOnce = (): Invariant => {
  let looked = 0;
  return {
    id: 'DS-3',
    sentence: 'The history has no question more often than it was asked, unless it came later than anybody could know.',
    stepped(world) {
      const { family } = world;
      if (!(family instanceof StreamingServer)) return;
      const { rows, late } = family.history;
      for (const { content, sender } of rows.slice(looked)) {
        if (sender !== 'user' || late.has(content)) continue;
        const attempts = world.attempts.filter(({ text }) => text.trim() === content);
        // What changed while the disk had no room may be with two tabs.
        if (attempts.some(({ outgoing }) => world.browsers.some(({ outdated }) => outdated.has(outgoing.id)))) continue;
        const asked = attempts.length;
        const kept = countKept(world, content);
        if (kept > asked)
          world.violate('DS-3', `${content} was asked ${asked} times, and the history has it ${kept} times`);
      }
      looked = rows.length;
    },
  };
};

function countKept({ family }: World, words: string): number {
  if (!(family instanceof StreamingServer)) return 0;
  return family.history.rows.filter(({ sender, content }) => sender === 'user' && content === words).length;
}

/**
 * Where the history cannot be had, newer questions do not wait for a lost one, and what came late came when it did. A
 * store that tells late what it has gives its rows when it does.
 */
export const asksInOrder = (): Invariant => {
  const inOrder = logsInSendOrder();
  return {
    ...inOrder,
    settled(world) {
      const { family } = world;
      if (!(family instanceof StreamingServer)) return;
      const isExact = !family.http.hadTrouble && family.history.late.size === 0 && world.browsers.length === 0;
      if (isExact) inOrder.settled?.(world);
    },
  };
};

/** Two looks at the history. */
const LOOKS_MS = 5_000;

/**
 * What broke off may stand beside what was said anew until the history tells; of whole ones there are never two. What
 * two sockets brought, now the one ahead and now the other, is told apart by the history alone.
 */
export const answersOnce = (): Invariant => {
  const handedOverAtMs = new WeakMap<Life, number>();
  return {
    id: 'ST-3',
    sentence: 'No more whole answers of the same words are shown than the history has.',
    told({ timeline }, life, { name }) {
      if (name === 'handover-finished') handedOverAtMs.set(life, timeline.nowMs);
    },
    shown(world, life, { come, messages }) {
      const { family, timeline } = world;
      const isExact = timeline.nowMs > (handedOverAtMs.get(life) ?? -LOOKS_MS) + LOOKS_MS;
      if (!(family instanceof StreamingServer) || life.device.liveSocketCount > 1 || !isExact) return;
      for (const { content } of come.filter(isWholeAnswer)) {
        const shown = messages.filter((message) => isWholeAnswer(message) && message.content === content).length;
        const kept = family.history.rows.filter((row) => row.sender === 'assistant' && row.content === content).length;
        if (shown > kept)
          world.violate('ST-3', `${content} is shown ${shown} times, and is in the history ${kept} times`);
      }
    },
  };
};

function isWholeAnswer({ sender, stream }: ChatMessage): boolean {
  return sender.role === 'assistant' && (stream === 'done' || stream === null);
}

/** A logout in another tab is forgotten here, too, and the history then tells everything anew. */
export const tellsOnce = (): Invariant => {
  const once = tellsEachOnce();
  return {
    ...once,
    told(world, life, told) {
      const isForgotten = world.lives.some((other) => other !== life && other.loggedOutAtMs !== null);
      if (!isForgotten) once.told?.(world, life, told);
    },
  };
};
