/** Checks of what a client sent. They fail at once, with everything that happened in the message. */

import type { MockTransport } from './mock-transport.js';
import type { MockConnection } from './network/mock-connection.js';

/** A frame that was sent, as JSON. */
export type SentFrame = Readonly<Record<string, unknown>>;

/**
 * The first frame that the connection received, in a batch or by itself, and that holds everything in `expected`, at any depth; fields that are
 * not named may be anything. Throws with the transcript if there is none.
 *
 * @example
 * const frame = expectSent(connection, { type: 'send_message', payload: { content: 'Hello' } });
 */
export function expectSent(connection: MockConnection, expected: SentFrame): SentFrame {
  const found = readFrames(connection).find((frame) => holds(frame, expected));
  if (found !== undefined) return found;
  throw failure(connection, `no frame with ${JSON.stringify(expected)} arrived on connection ${connection.number}`);
}

/**
 * Throws with the transcript if the connection received a frame that holds everything in `unexpected`; without it, if
 * it received any frame.
 *
 * @example
 * expectNotSent(connection, { type: 'send_message' });
 */
export function expectNotSent(connection: MockConnection, unexpected: SentFrame = {}): void {
  const frames = readFrames(connection).filter((frame) => holds(frame, unexpected));
  if (frames.length === 0) return;
  const what = `${frames.length} frame(s) with ${JSON.stringify(unexpected)} arrived on connection ${connection.number}`;
  throw failure(connection, `${what}, and none may`);
}

/**
 * Throws with the transcript unless the frames that the connection received have just these types, in this order.
 * Pings are left out unless `types` names them.
 *
 * @example
 * expectSentTypes(connection, ['join_conversation', 'send_message']);
 */
export function expectSentTypes(connection: MockConnection, types: readonly string[]): void {
  const sent = readFrames(connection)
    .map((frame) => String(frame['type']))
    .filter((type) => type !== 'ping' || types.includes('ping'));
  if (JSON.stringify(sent) === JSON.stringify(types)) return;
  throw failure(
    connection,
    `connection ${connection.number} received ${sent.join(', ')}; expected ${types.join(', ')}`,
  );
}

/**
 * Throws with the transcript unless the client has dialled that many times.
 *
 * @example
 * expectDials(transport, 1);
 */
export function expectDials(transport: MockTransport, count: number): void {
  const dialedCount = transport.connections.length;
  if (dialedCount !== count) throw failure(transport, `the client dialled ${dialedCount} times; expected ${count}`);
}

function readFrames(connection: MockConnection): readonly SentFrame[] {
  return connection.received.flatMap(readText);
}

/** A text holds a frame, or an array of them; what is not JSON is shown as it is. */
function readText(text: string): readonly SentFrame[] {
  try {
    const json: unknown = JSON.parse(text);
    const frames: readonly unknown[] = Array.isArray(json) ? json : [json];
    return frames.map((frame) => (isRecord(frame) ? frame : { text }));
  } catch {
    return [{ text }];
  }
}

function holds(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return false;
    return expected.every((item, index) => holds(actual[index], item));
  }
  if (!isRecord(expected)) return Object.is(actual, expected);
  return isRecord(actual) && Object.entries(expected).every(([name, value]) => holds(actual[name], value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function failure(source: { transcript(): string }, what: string): Error {
  return new Error(`Wrong frames: ${what}. What happened:\n${source.transcript()}`);
}
