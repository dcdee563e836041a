/**
 * What a run leaves for the judge of real runs, so that both are held to the same. Messages are known by the ids that the
 * simulation made up for them, or by the server's where no client sent them.
 */

import type { Attempt, Evidence, LogEntry, Sighting, View } from '../../../examples/play/script/checker.js';
import type { MessageEntry } from '../../../examples/server/engine/records.js';
import type { ChatMessage } from '../../../src/client/chat-message.js';
import { type Life, nameOf } from '../device/life.js';
import type { Log } from '../server/truth.js';
import type { World } from '../world/world.js';

export function evidenceOf(world: World): Evidence {
  const { logs } = world.server.truth;
  return {
    attempts: logs.flatMap((log) => attemptsIn(world, log)),
    logs: new Map(logs.map((log) => [logName(log), messagesOf(log).map(toLogEntry)])),
    views: logs.flatMap((log) => world.lives.map((life) => viewOf(life, log))),
  };
}

/** A log that came back empty is another log. */
function logName({ conversationId, epoch }: Log): string {
  return `${conversationId} ${epoch}`;
}

function messagesOf({ entries }: Log): readonly MessageEntry[] {
  return entries.filter((entry): entry is MessageEntry => entry?.kind === 'message');
}

/** In the order of the calls; whatever no client sent was the server's own doing. */
function attemptsIn(world: World, log: Log): readonly Attempt[] {
  const conversationId = logName(log);
  const sent = world.attempts
    .filter(({ outgoing }) => world.server.truth.placesOf(outgoing.id).some((place) => place.log === log))
    .map(({ outgoing, life, wasRetried, end }) => ({
      conversationId,
      text: outgoing.id,
      // One that was tried again, given up on its way, or sent by another tab has no place among the others of its sender.
      senderId:
        wasRetried || life.lostRows.has(outgoing.id) || end?.kind === 'failed'
          ? `${nameOf(life)} ${outgoing.id}`
          : nameOf(life),
      order: countOf(outgoing.id),
    }))
    .sort((one, other) => one.order - other.order);
  const own = messagesOf(log)
    .filter(({ clientMessageId }) => clientMessageId === null)
    .map(({ id }) => ({ conversationId, text: id, senderId: 'server' }));
  return [...sent, ...own];
}

function viewOf(life: Life, log: Log): View {
  const isOf = (message: ChatMessage) => message.id?.startsWith(`${log.epoch}.`) === true;
  const toSighting = (message: ChatMessage): Sighting => ({ seq: message.seq, text: textOf(message) });
  // Answers are told when they end, which is no order of places; own messages come in once nobody waits for them.
  const isNews = ({ stream, sender }: ChatMessage) => stream === null && sender.role !== 'self';
  const received = life.received.filter((message) => isOf(message) && isNews(message)).map(toSighting);
  return { viewerId: nameOf(life), conversationId: logName(log), received, acked: [], mayMiss: () => true };
}

function toLogEntry({ seq, senderId, id, clientMessageId }: MessageEntry): LogEntry {
  return { seq, senderId, clientMessageId, text: clientMessageId ?? id };
}

function textOf({ clientMessageId, id, key }: ChatMessage): string {
  return clientMessageId ?? id ?? key;
}

function countOf(clientMessageId: string): number {
  return Number(clientMessageId.slice(clientMessageId.lastIndexOf('-') + 1));
}
