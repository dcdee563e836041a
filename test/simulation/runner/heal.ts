/** The end of all faults, and what must be true a while later. */

import type { MessageEntry } from '../../../examples/server/engine/records.js';
import type { ChatMessage } from '../../../src/client/chat-message.js';
import type { Life } from '../device/life.js';
import { expectedHistory, shownHistory } from '../invariants/history.js';
import type { World } from '../world/world.js';

export function heal(world: World): void {
  world.trace.note('HEAL');
  world.server.heal();
  for (const device of world.devices) {
    device.heal();
    const life = device.life ?? device.start();
    device.page.tell('online');
    device.page.tell('page-shown');
    device.page.tell('visible');
    for (const conversationId of device.setup.conversationIds) device.join(life, conversationId);
    life.isWanted = true;
    life.client.connect();
  }
}

/** L1, L2 in words: what is not yet as it must be; null if all is. */
export function findUnsettled(world: World): string | null {
  for (const { life, index } of world.devices) {
    if (life === null) return `device ${index} has no client`;
    const { status } = life.client.snapshot.connection;
    if (status !== 'open') return `device ${index} is ${status}`;
    const waiting = life.client.outbox.list();
    if (waiting.length > 0) return `device ${index} still holds ${waiting.length} messages, first ${waiting[0]?.id}`;
    const difference = findDifference(world, life);
    if (difference !== null) return `device ${index}: ${difference}`;
  }
  return null;
}

/** An answer that its reader stopped keeps what it had, however far the server wrote on. */
function isRightText(row: ChatMessage, entry: MessageEntry): boolean {
  const shown = wellFormed(row.content);
  return row.stream === 'stopped' ? entry.content.startsWith(shown) : wellFormed(entry.content) === shown;
}

/** A log may end in half a character where an answer was stopped; nobody shows that half. */
function wellFormed(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

function findDifference(world: World, life: Life): string | null {
  for (const conversationId of life.joined) {
    const shown = shownHistory(world, life, conversationId);
    const expected = expectedHistory(world, life, conversationId, shown);
    if (shown.length !== expected.length) {
      return `${conversationId} shows ${shown.length} messages and the log has ${expected.length}: ${shown.map(({ seq }) => seq).join(' ')} / ${expected.map(({ seq }) => seq).join(' ')}`;
    }
    for (const [at, row] of shown.entries()) {
      const entry = expected[at];
      const isSame =
        entry !== undefined && entry.seq === row.seq && wellFormed(entry.content) === wellFormed(row.content);
      if (!isSame) {
        const show = (text = '') =>
          `${text.length} ${JSON.stringify(text.slice(0, 8))}…${JSON.stringify(text.slice(-8))}`;
        return `${conversationId} shows ${row.seq} ${show(row.content)} where the log has ${entry?.seq} ${show(entry?.content)}`;
      }
      if (row.stream === 'streaming' || row.stream === 'stalled')
        return `${conversationId} ${row.seq} is still ${row.stream}`;
    }
  }
  return null;
}
