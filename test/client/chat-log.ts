/** What a user of a client can see, kept in lists for a test to read. */
import type { ChatSocketClient, ChatSocketEvents } from '../../src/index.js';
import type { MockConnection } from '../../src/testing/index.js';

export const EVENT_NAMES = [
  'status-changed',
  'opened',
  'closed',
  'message-received',
  'message-updated',
  'message-deleted',
  'message-acked',
  'message-failed',
  'stream-started',
  'stream-delta',
  'stream-ended',
  'typing-changed',
  'read-changed',
  'gap-detected',
  'gap-recovered',
  'history-reset',
  'handover-finished',
  'token-renewed',
  'frame-rejected',
  'error',
] as const satisfies readonly (keyof ChatSocketEvents)[];

export type EventName = (typeof EVENT_NAMES)[number];

/** One event, as its listener got it. */
export interface ToldEvent {
  readonly name: EventName;
  readonly payload: ChatSocketEvents[EventName];
}

/** Every event from now on, in the order in which it was told. */
export function watchEvents(client: ChatSocketClient): ToldEvent[] {
  const told: ToldEvent[] = [];
  for (const name of EVENT_NAMES) client.on(name, (payload) => told.push({ name, payload }));
  return told;
}

/** The payloads of one event, from now on. */
export function listen<Name extends EventName>(client: ChatSocketClient, name: Name): ChatSocketEvents[Name][] {
  const payloads: ChatSocketEvents[Name][] = [];
  client.on(name, (payload) => payloads.push(payload));
  return payloads;
}

/** The statuses that were told from now on; `connecting` with its phase. */
export function watchSteps(client: ChatSocketClient): string[] {
  const steps: string[] = [];
  client.on('status-changed', ({ connection }) => steps.push(stepOf(connection)));
  return steps;
}

export function stepOf(connection: ChatSocketClient['snapshot']['connection'] | StepFacts): string {
  if (connection.status === 'connecting' && 'phase' in connection) return connection.phase;
  return connection.status === 'closed' && 'reason' in connection ? `closed/${connection.reason}` : connection.status;
}

type StepFacts = ChatSocketEvents['status-changed']['connection'];

/** The frames of one type that reached the server on a connection. */
export function sentFrames(connection: MockConnection, type: string): SentEnvelope[] {
  return sentBatches(connection).flatMap((frames) => frames.filter((frame) => frame.type === type));
}

/** The frames of each text that reached the server on a connection. */
export function sentBatches(connection: MockConnection): readonly (readonly SentEnvelope[])[] {
  return connection.received.map((text) => {
    // What a client of this library sends is an envelope, or several; the tests of the protocol hold it to that.
    const said = JSON.parse(text) as SentEnvelope | readonly SentEnvelope[];
    return [said].flat();
  });
}

export interface SentEnvelope {
  readonly type: string;
  readonly messageId?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The texts of the messages that reached the server on a connection, in their order. */
export function sentTexts(connection: MockConnection): unknown[] {
  return sentFrames(connection, 'send_message').map(({ payload }) => payload['content']);
}

/** How a promise ended, without waiting for it longer than it takes. */
export async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  const pending = Symbol('pending');
  const settled = await Promise.race([
    promise.then(
      () => 'resolved',
      (error: unknown) => codeOf(error),
    ),
    lastInLine(pending),
  ]);
  return typeof settled === 'string' ? settled : 'pending';
}

/** The code of a thrown error. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

/** What a call throws, told by its code and its text. */
export function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return `${codeOf(error)}: ${error instanceof Error ? error.message : ''}`;
  }
  return 'nothing was thrown';
}

async function lastInLine(value: symbol): Promise<symbol> {
  for (let turn = 0; turn < 20; turn += 1) await undefined;
  return value;
}
