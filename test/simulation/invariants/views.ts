import type { ChatMessage } from '../../../src/client/chat-message.js';
import type { Life } from '../device/life.js';
import type { Log } from '../server/truth.js';
import type { World } from '../world/world.js';
import type { Invariant, View } from './invariant.js';

/** Two rows that follow on each other, though their numbers do not. */
interface Hole {
  readonly before: ChatMessage;
  readonly after: ChatMessage;
}

export const noSilentHole = (): Invariant => {
  const known = new WeakMap<Life, Map<string, readonly Hole[]>>();
  return {
    id: 'I3',
    sentence: 'Between two messages that are shown, none is missing that no gap event told of.',
    shown(world, life, view) {
      const ofLife = known.get(life) ?? new Map<string, readonly Hole[]>();
      known.set(life, ofLife);
      const { conversationId, come, gone } = view;
      if (come.length > 0 || gone.length > 0) ofLife.set(conversationId, findHoles(view));
      // Also where nothing changed: the log may have grown.
      for (const hole of ofLife.get(conversationId) ?? []) {
        lookInto(world, life, { view, hole });
        if (world.violations.length > 0) return;
      }
    },
  };
};

function findHoles({ messages }: View): readonly Hole[] {
  const holes: Hole[] = [];
  let before: ChatMessage | null = null;
  // Own messages at the end have their place by their acks, which may be ahead of what others said meanwhile.
  const end = messages.findLastIndex(({ sender }) => sender.role !== 'self') + 1;
  for (let at = 0; at < end; at += 1) {
    const after = messages[at];
    if (after === undefined || after.seq === null) continue;
    if (before !== null && (before.seq ?? 0) + 1 < after.seq) holes.push({ before, after });
    before = after;
  }
  return holes;
}

function lookInto(world: World, life: Life, { view, hole }: { readonly view: View; readonly hole: Hole }): void {
  const { conversationId, messages } = view;
  const { before, after } = hole;
  // An answer is kept while it grows, whatever is evicted behind it.
  if (before.stream !== null || before.seq === null || after.seq === null) return;
  const log = logOf(world, conversationId, after);
  if (log === null || logOf(world, conversationId, before) !== log) return;
  const gaps = world.gapsOf(life, conversationId);
  for (let seq = before.seq + 1; seq < after.seq; seq += 1) {
    const entry = log.entries[seq - 1];
    if (entry?.kind !== 'message' || entry.deleted || gaps.some(({ fromSeq, toSeq }) => seq >= fromSeq && seq <= toSeq))
      continue;
    // Of a message that the server stored twice, one copy is shown: the one that came first.
    const name = entry.clientMessageId;
    if (name !== null && messages.some(({ clientMessageId }) => clientMessageId === name)) continue;
    if (name !== null && isSecondCopy(log, name, seq)) continue;
    const what = `device ${life.device.index} shows ${before.seq} and then ${after.seq} in ${conversationId}, and ${seq} is missing`;
    return world.violate('I3', what);
  }
}

function isSecondCopy(log: Log, clientMessageId: string, seq: number): boolean {
  return (
    log.entries.findIndex((entry) => entry?.kind === 'message' && entry.clientMessageId === clientMessageId) !== seq - 1
  );
}

/** The life of the log that a row comes from: the server's ids begin with the epoch. */
function logOf(world: World, conversationId: string, { id }: ChatMessage): Log | null {
  return world.server.truth.livesOf(conversationId).find(({ epoch }) => id?.startsWith(`${epoch}.`)) ?? null;
}

/** Answers can be edited like anything else. */
export const EDITED = 'edited ';

const STREAMS_MAX = 16;

export const boundedViews = (): Invariant => ({
  id: 'I11',
  sentence: 'Histories and outboxes stay within their bounds.',
  shown(world, life, { conversationId, messages, come }) {
    // What leaves makes nothing longer, and what comes into an outbox comes into a view too.
    if (come.length === 0) return;
    const { inbox, outbox } = life.device.setup.options;
    const max = (inbox?.historyMax ?? 100) + life.olderMax + STREAMS_MAX;
    const confirmed = messages.length <= max ? 0 : messages.filter(({ seq }) => seq !== null).length;
    if (confirmed > max)
      world.violate(
        'I11',
        `device ${life.device.index} shows ${confirmed} messages of ${conversationId}, and ${max} is the most`,
      );
    // Messages of an earlier life come on top.
    if (life.device.browser !== null) return;
    const held = life.client.outbox.list().length;
    const heldMax = outbox?.messagesMax ?? 200;
    if (held > heldMax)
      world.violate('I11', `device ${life.device.index} holds ${held} messages, and ${heldMax} is the most`);
  },
});

export const prefixOfAnswer = (): Invariant => {
  /** Where the last delta of a stream ended, by life and stream. */
  const ends = new WeakMap<Life, Map<string, number>>();
  return {
    id: 'I19',
    sentence:
      'The text of an answer is at every instant a beginning of what the server writes, and each piece is told once.',
    shown(world, life, { conversationId, come }) {
      for (const { id, stream, content } of come) {
        if (stream === null || id === null) continue;
        const text = world.server.textOfAnswer(id);
        if (text === null || text.startsWith(content) || content.startsWith(EDITED)) continue;
        world.violate(
          'I19',
          `device ${life.device.index} shows in ${conversationId} for ${id} what nobody wrote: ${JSON.stringify(content.slice(-20))}`,
        );
      }
    },
    told(world, life, told) {
      if (told.name === 'history-reset') ends.delete(life);
      // One that was left and joined again is told from its beginning.
      if (told.name === 'stream-started') ends.get(life)?.delete(`${life.loggedOutAtMs} ${told.payload.messageId}`);
      if (told.name !== 'stream-delta') return;
      const { messageId, offset, text } = told.payload;
      const whole = world.server.textOfAnswer(messageId);
      const ofLife = ends.get(life) ?? new Map<string, number>();
      ends.set(life, ofLife);
      // After a logout a client knows nothing, and is told anew.
      const key = `${life.loggedOutAtMs} ${messageId}`;
      const end = ofLife.get(key);
      ofLife.set(key, offset + text.length);
      if (whole !== null && whole.slice(offset, offset + text.length) !== text) {
        world.violate(
          'I19',
          `device ${life.device.index} is told a piece of ${messageId} at ${offset} that is not there`,
        );
      }
      if (end !== undefined && end !== offset) {
        world.violate('I19', `device ${life.device.index} is told of ${messageId} from ${offset} on, after ${end}`);
      }
    },
  };
};
