/** Rounds of work on one side, measured by the processor time of this program: the server is another one. */
import type { Side } from './side.js';

export interface Cost {
  /** Processor time of a message, in microseconds. */
  readonly cpu: number;
  /** Time of a message by the clock, in microseconds. */
  readonly wall: number;
}

/** Messages before the measured ones, as a share of them. */
const RUN_UP = 0.2;

/**
 * Runs `work` for `count` messages. A collection comes first, so that no round pays for the garbage of another; and since
 * the engine forgets some of what it had optimised in a forced one, some messages that are not counted come second.
 */
export async function measure(count: number, work: (count: number) => Promise<void>): Promise<Cost> {
  globalThis.gc?.();
  await work(Math.ceil(count * RUN_UP));
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  await work(count);
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - startedAtMs;
  return { cpu: (user + system) / count, wall: (wallMs * 1_000) / count };
}

/** Resolves when `count` messages were heard after `start`. */
export function receiving(side: Side, count: number, start: () => void): Promise<void> {
  return new Promise((resolve) => {
    let heard = 0;
    let characters = 0;
    side.onMessage = (contentLength) => {
      heard += 1;
      characters += contentLength;
      if (heard < count) return;
      if (characters < count) throw new Error('The messages were empty.');
      resolve();
    };
    start();
  });
}

const CONTENT = 'On my way, the train is ten minutes late, please order something for me if you like.';

/** Sends `count` messages with `inFlight` of them on their way at any time; resolves with the last ack. */
export function sending(side: Side, count: number, inFlight: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    let acked = 0;
    const sendNext = () => {
      sent += 1;
      side.send(CONTENT, onAcked);
    };
    const onAcked = () => {
      acked += 1;
      if (acked === count) resolve();
      else if (sent < count) sendNext();
    };
    for (let started = 0; started < Math.min(inFlight, count); started += 1) sendNext();
  });
}
