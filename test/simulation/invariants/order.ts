import type { Life } from '../device/life.js';
import type { Invariant, View } from './invariant.js';

export const showsOnceInOrder = (): Invariant => {
  /** The names of all that is shown, by life and conversation. */
  const shown = new WeakMap<Life, Map<string, Set<string>>>();
  return {
    id: 'I2',
    sentence: 'Per conversation, ids in a history are unique and seq strictly increases.',
    shown(world, life, view) {
      const { conversationId, come, gone } = view;
      if (come.length === 0 && gone.length === 0) return;
      const ofLife = shown.get(life) ?? new Map<string, Set<string>>();
      shown.set(life, ofLife);
      const names = ofLife.get(conversationId) ?? new Set<string>();
      ofLife.set(conversationId, names);
      const flaw = findDoubled(names, view) ?? findDisorder(view);
      if (flaw !== null) world.violate('I2', `device ${life.device.index} shows ${flaw} in ${conversationId}`);
    },
  };
};

function findDoubled(names: Set<string>, { come, gone }: View): string | null {
  for (const { id, clientMessageId } of gone) {
    if (id !== null) names.delete(id);
    if (clientMessageId !== null) names.delete(clientMessageId);
  }
  for (const { id, clientMessageId } of come) {
    if (id !== null && !isNew(names, id)) return `${id} twice`;
    // Where the server names nothing, a message goes by the name that its sender gave it.
    if (clientMessageId !== null && clientMessageId !== id && !isNew(names, clientMessageId))
      return `${clientMessageId} twice`;
  }
  return null;
}

function findDisorder({ messages }: View): string | null {
  let highest = 0;
  for (const { seq } of messages) {
    if (seq === null) continue;
    if (seq <= highest) return `${seq} after ${highest}`;
    highest = seq;
  }
  return null;
}

function isNew(names: Set<string>, name: string): boolean {
  const before = names.size;
  return names.add(name).size > before;
}

/** Ids are counted as they are made, so also a message that a listener sends from within another `send` has its place. */
function placeOf(clientMessageId: string): number {
  return Number(clientMessageId.slice(clientMessageId.lastIndexOf('-') + 1));
}

export const logsInSendOrder = (): Invariant => ({
  id: 'I4',
  sentence: 'Per sender, the order of the log is the order of sending.',
  settled(world) {
    // A message that was tried again goes behind the others, rows that another tab took go their own way, and what was
    // given up on its way arrives when it does.
    const inOrder = world.attempts.filter(
      ({ outgoing: { id }, life, wasRetried, end }) => !wasRetried && !life.lostRows.has(id) && end?.kind !== 'failed',
    );
    const orders = new Map(inOrder.map(({ outgoing, life }) => [outgoing.id, { life, place: placeOf(outgoing.id) }]));
    for (const { conversationId, entries } of world.server.truth.logs) {
      const highest = new Map<object, number>();
      const seen = new Set<string>();
      for (const entry of entries) {
        if (entry?.kind !== 'message' || entry.clientMessageId === null || seen.has(entry.clientMessageId)) continue;
        seen.add(entry.clientMessageId);
        const sent = orders.get(entry.clientMessageId);
        if (sent === undefined) continue;
        if (sent.place < (highest.get(sent.life) ?? -1)) {
          return world.violate(
            'I4',
            `${entry.clientMessageId} is in ${conversationId} at ${entry.seq}, after one that was sent later`,
          );
        }
        highest.set(sent.life, sent.place);
      }
    }
  },
});
