/** What became of the messages of a run, in Jepsen's words. */

import type { Attempt } from '../device/life.js';
import type { World } from '../world/world.js';

export interface Report {
  /** Taken by `send`. */
  readonly attempted: number;
  /** The client said that the server has it. */
  readonly acknowledged: number;
  /** In a log of the server. */
  readonly ok: number;
  /** Promised, and neither in any log nor told to have failed. */
  readonly lost: number;
  /** In the log, and sent by nobody. */
  readonly unexpected: number;
  /** More than once in one log. */
  readonly duplicated: number;
  /** In the log although the client could not know: it failed, crashed or was closed meanwhile. */
  readonly recovered: number;
  /** Acknowledged, and later lost by a server that lost its log. */
  readonly forgotten: number;
  /** From `send` to the word that the server has it. */
  readonly ackMs: readonly number[];
  /** From the store to somebody else's eyes. */
  readonly staleMs: readonly number[];
}

export function reportOn(world: World): Report {
  const { truth } = world.server;
  const isStored = ({ outgoing }: Attempt) => truth.placesOf(outgoing.id).length > 0;
  const attempts = world.attempts;
  const known = new Set(attempts.map(({ outgoing }) => outgoing.id));
  const entries = truth.logs.flatMap(({ entries: all }) => all.filter((entry) => entry?.kind === 'message'));
  const acked = attempts.filter(({ end }) => end?.kind === 'acked');
  return {
    attempted: attempts.length,
    acknowledged: acked.length,
    ok: attempts.filter(isStored).length,
    lost: findLost(world).length,
    unexpected: entries.filter(({ clientMessageId }) => clientMessageId !== null && !known.has(clientMessageId)).length,
    duplicated: attempts.filter(({ outgoing }) => isTwiceInOneLog(world, outgoing.id)).length,
    recovered: attempts.filter((attempt) => attempt.end?.kind !== 'acked' && isStored(attempt)).length,
    forgotten: acked.filter(({ outgoing }) => {
      const places = truth.placesOf(outgoing.id);
      return places.every(({ log }) => truth.current(log.conversationId) !== log);
    }).length,
    staleMs: world.staleMs,
    ackMs: acked.map(({ atMs, endedAtMs }) => (endedAtMs ?? atMs) - atMs),
  };
}

/**
 * Messages that were promised and of which nothing was heard: neither where they were sent, nor by who took over. One
 * that changed while the disk had no room lives in memory from then on, which an error event says.
 */
export function findLost(world: World): readonly Attempt[] {
  return world.attempts.filter(
    (attempt) =>
      attempt.end === null &&
      (isKept(world, attempt) || !attempt.life.isOver) &&
      !world.browsers.some(
        ({ rows, setAside }) => rows.has(attempt.outgoing.id) || setAside.has(attempt.outgoing.id),
      ) &&
      world.server.truth.placesOf(attempt.outgoing.id).length === 0 &&
      (attempt.life.isOver || !attempt.life.client.outbox.list().some(({ id }) => id === attempt.outgoing.id)),
  );
}

function isKept(world: World, { durable, outgoing }: Attempt): boolean {
  return durable === true && !world.browsers.some(({ outdated }) => outdated.has(outgoing.id));
}

export function isTwiceInOneLog(world: World, clientMessageId: string): boolean {
  const places = world.server.truth.placesOf(clientMessageId);
  return new Set(places.map(({ log }) => log)).size < places.length;
}
