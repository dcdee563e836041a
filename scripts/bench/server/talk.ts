/** Lets the sockets of one program talk at a steady rate, and times what each of the others hears. */
import { seededRandom } from 'chatsocket/testing';
import type { LoadSocket } from './load-socket.js';
import { contentOf, type TalkFigures, type TalkOrder } from './orders.js';

/** After the last send; what has not come by then counts as missing. */
const LAST_WORDS_MS = 3_000;

interface Sent {
  readonly sender: LoadSocket;
  readonly atMs: number;
  readonly heardBy: Set<LoadSocket>;
}

/** Resolves with the figures once everything is heard, or a little after the last send. */
export async function talk(sockets: readonly LoadSocket[], order: Omit<TalkOrder, 'type'>): Promise<TalkFigures> {
  const record = recordOf(sockets, order.round);
  const random = seededRandom(order.seed);
  const gapMs = () => (-Math.log(1 - random()) * 1_000) / order.perSecond;
  const startMs = performance.now();
  const measuredFromMs = startMs + order.warmUpMs;
  const endMs = measuredFromMs + order.measuredMs;
  let dueMs = startMs + gapMs();
  while (dueMs < endMs) {
    for (const nowMs = performance.now(); dueMs <= nowMs && dueMs < endMs; dueMs += gapMs()) {
      const sender = sockets[Math.floor(random() * sockets.length)];
      if (sender !== undefined) record.send(sender, dueMs, dueMs >= measuredFromMs);
    }
    await pause(1);
  }
  for (let waitedMs = 0; waitedMs < LAST_WORDS_MS && !record.isComplete(); waitedMs += 10) await pause(10);
  return record.figures();
}

function recordOf(sockets: readonly LoadSocket[], round: number) {
  const listeners = new Map<string, number>();
  for (const { conversationId } of sockets) listeners.set(conversationId, (listeners.get(conversationId) ?? 0) + 1);
  const sent = new Map<string, Sent>();
  const byAck = new Map<string, Sent>();
  const receiptsMs: number[] = [];
  const acksMs: number[] = [];
  const lateMs: number[] = [];
  let expected = 0;
  let doubled = 0;
  for (const socket of sockets) {
    socket.onMessage = (content) => {
      const message = sent.get(content);
      if (message === undefined || message.sender === socket) return;
      if (message.heardBy.has(socket)) doubled += 1;
      else receiptsMs.push(performance.now() - message.atMs);
      message.heardBy.add(socket);
    };
    socket.onAck = (messageId) => {
      const message = byAck.get(messageId);
      if (message !== undefined) acksMs.push(performance.now() - message.atMs);
      byAck.delete(messageId);
    };
  }
  return {
    send(sender: LoadSocket, dueMs: number, isMeasured: boolean): void {
      const atMs = performance.now();
      if (!isMeasured) {
        sender.send('warming up');
        return;
      }
      const message: Sent = { sender, atMs, heardBy: new Set() };
      const content = contentOf(round, sent.size);
      sent.set(content, message);
      byAck.set(sender.send(content), message);
      lateMs.push(atMs - dueMs);
      expected += (listeners.get(sender.conversationId) ?? 1) - 1;
    },
    isComplete: () => byAck.size === 0 && receiptsMs.length >= expected,
    figures(): TalkFigures {
      const ended = sockets.filter(({ isOpen }) => !isOpen).length;
      return { sent: sent.size, expected, receiptsMs, acksMs, lateMs, doubled, ended };
    },
  };
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
