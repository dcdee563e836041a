/** Short lives of a client, in steps small enough to interfere after each of them. */

import type { ChatSocketOptions } from '../../src/index.js';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';

export type Step = (world: TestWorld) => unknown;

export interface Scenario {
  readonly name: string;
  readonly options?: Partial<ChatSocketOptions>;
  readonly mode?: 'manual' | 'auto';
  readonly steps: readonly Step[];
}

/** From nothing to an open connection, a few microtasks and milliseconds at a time. */
const CONNECT: readonly Step[] = [({ client }) => client.connect(), wait(0), wait(1), wait(100)];

export const SCENARIOS: readonly Scenario[] = [
  { name: 'connect', steps: CONNECT },
  {
    name: 'a dial that hangs',
    mode: 'manual',
    steps: [({ client }) => client.connect(), wait(0), hang, wait(1_000), wait(60_000), wait(5_000)],
  },
  {
    name: 'dials that are refused',
    mode: 'manual',
    steps: [({ client }) => client.connect(), wait(0), refuse, wait(0), wait(10_000), refuse, wait(0), wait(60_000)],
  },
  {
    name: 'a token that does not come',
    options: { token: () => new Promise(() => undefined) },
    steps: [({ client }) => client.connect(), wait(0), wait(5_000), wait(60_000)],
  },
  {
    name: 'send',
    steps: [
      ...CONNECT,
      ({ client }) => client.send('one'),
      wait(0),
      ({ client }) => client.send('two'),
      ({ client }) => client.send('three'),
      wait(1),
      wait(100),
    ],
  },
  {
    name: 'send without an ack',
    steps: [
      ...CONNECT,
      ({ server }) => server.connection.blackhole('to-client'),
      ({ client }) => client.send('into the void'),
      wait(0),
      wait(15_000),
      wait(30_000),
    ],
  },
  {
    name: 'send and be refused',
    steps: [
      ...CONNECT,
      ({ server }) => server.nack('VALIDATION_ERROR'),
      ({ client }) => client.send('refused'),
      wait(100),
      ({ server }) => server.nack('RATE_LIMIT', { retryAfterMs: 1_000 }),
      ({ client }) => client.send('too fast'),
      wait(100),
      wait(2_000),
    ],
  },
  {
    name: 'send offline',
    steps: [
      ({ client }) => client.send('before'),
      wait(0),
      wait(1),
      wait(100),
      cut,
      ({ client }) => client.send('while'),
      wait(0),
      wait(10_000),
    ],
  },
  {
    name: 'an answer',
    steps: [
      ...CONNECT,
      ({ server }) => server.stream('an answer 🙂 in chunks', { chunk: 3 }),
      wait(0),
      ({ server }) => server.startStream().write('half of an answer'),
      wait(100),
      cut,
      wait(0),
      wait(10_000),
      ({ client }) => client.stopStream(),
      wait(61_000),
    ],
  },
  {
    name: 'a gap',
    steps: [
      ...CONNECT,
      ({ server }) => server.emit('one'),
      ({ server }) => server.emit('lost', { isLost: true }),
      ({ server }) => server.emit('three'),
      wait(0),
      wait(100),
      wait(1_000),
      wait(10_000),
    ],
  },
  {
    name: 'a log that was cut',
    steps: [
      ...CONNECT,
      ({ server }) => server.emit('one'),
      cut,
      ({ server }) => {
        for (const text of ['two', 'three', 'four']) server.emit(text);
        server.cutBefore(server.log.at(-1)?.seq ?? 1);
      },
      wait(0),
      wait(10_000),
    ],
  },
  {
    name: 'another log',
    steps: [
      ...CONNECT,
      ({ server }) => server.emit('old'),
      ({ server }) => server.newEpoch(),
      ({ server }) => server.emit('new'),
      wait(0),
      wait(10_000),
    ],
  },
  {
    name: 'reconnect',
    steps: [
      ...CONNECT,
      cut,
      wait(0),
      wait(10),
      wait(500),
      wait(10_000),
      ({ client }) => client.reconnect(),
      wait(0),
      wait(5_000),
    ],
  },
  {
    name: 'handover',
    steps: [
      ...CONNECT,
      ({ client }) => client.send('before'),
      ({ client }) => client.reconnect(),
      wait(0),
      ({ client }) => client.send('during'),
      wait(0),
      wait(1),
      ({ client }) => client.reconnect(),
      wait(100),
      wait(3_000),
    ],
  },
  {
    name: 'handover with messages on their way',
    steps: [
      ...CONNECT,
      ({ server }) => server.connection.blackhole('to-client'),
      ({ client }) => client.send('unheard'),
      ({ client }) => client.reconnect(),
      wait(0),
      wait(1),
      ({ client }) => client.send('held'),
      ({ client }) => client.reconnect(),
      wait(1_000),
      wait(1_500),
      wait(10_000),
    ],
  },
  {
    name: 'a successor that hangs, and one that is refused',
    mode: 'manual',
    steps: [
      ({ client }) => client.connect(),
      wait(0),
      ({ server }) => server.ready(),
      wait(1),
      ({ client }) => client.reconnect(),
      wait(0),
      hang,
      wait(5_000),
      wait(5_100),
      wait(1_000),
      refuse,
      wait(100),
      ({ transport }) => transport.connections[0]?.dropAbruptly(),
      wait(100),
      wait(20_000),
    ],
  },
  {
    name: 'an announced restart',
    steps: [
      ...CONNECT,
      ({ server }) => server.announceRestart(500),
      wait(400),
      wait(3_000),
      wait(4_000),
      ({ server }) => server.connection.close(1012),
      wait(10_000),
    ],
  },
  {
    name: 'a slow probe',
    steps: [
      ...CONNECT,
      wait(5_000),
      ({ server }) => server.connection.blackhole(),
      ({ pageSignals }) => pageSignals.focus(),
      wait(1_400),
      wait(100),
      wait(1),
      wait(1_000),
      wait(1_000),
      wait(10_000),
    ],
  },
  {
    name: 'renewal',
    steps: [
      ...CONNECT,
      ({ server }) => server.warnTokenExpiring(60_000),
      wait(0),
      wait(100),
      ({ server }) => server.expireToken(),
      wait(0),
      wait(10_000),
    ],
  },
  {
    name: 'a half-open link',
    options: { heartbeat: { intervalMs: 10_000, timeoutMs: 5_000 } },
    steps: [
      ...CONNECT,
      ({ server }) => server.connection.blackhole('both'),
      wait(9_000),
      wait(2_000),
      wait(5_000),
      wait(30_000),
    ],
  },
  {
    name: 'presence',
    steps: [
      ...CONNECT,
      ({ client }) => client.setTyping(true),
      ({ server }) => server.setTyping(true),
      ({ server }) => server.emit('theirs'),
      wait(0),
      ({ client }) => client.markRead(),
      wait(1_500),
      ({ client }) => void client.loadOlder().catch(() => undefined),
      wait(0),
      wait(8_000),
    ],
  },
  {
    name: 'too much missed',
    options: { inbox: { historyMax: 3 } },
    steps: [...CONNECT, ({ server }) => server.emit('seen'), wait(0), cut, emitTwelve, wait(0), wait(10_000)],
  },
  {
    name: 'changes',
    steps: [
      ...CONNECT,
      ({ server }) => server.emit('theirs'),
      ({ client }) => client.send('mine'),
      wait(100),
      (world) => tellChange(world, 'messages_read', { seq: 3, messageIds: idsOf(world), readBy: 'user-2' }),
      (world) => tellChange(world, 'message_deleted', { seq: 4, id: idsOf(world)[0] }),
      wait(0),
      wait(1_000),
    ],
  },
  {
    name: 'garbage',
    steps: [
      ...CONNECT,
      ({ server }) => server.connection.sendRaw('not JSON'),
      wait(0),
      ({ server }) => server.connection.sendBinary(9),
      wait(100),
    ],
  },
  {
    name: 'logout',
    steps: [
      ...CONNECT,
      ({ client }) => client.send('mine'),
      wait(0),
      ({ client }) => void client.logout().catch(() => undefined),
      wait(0),
      wait(6_000),
      ...CONNECT,
    ],
  },
  {
    name: 'close',
    steps: [
      ...CONNECT,
      ({ client }) => client.send('mine'),
      ({ client }) => void client.close({ drainMs: 1_000 }).catch(() => undefined),
      wait(0),
      wait(6_000),
      ...CONNECT,
    ],
  },
];

/** The world of a scenario, before its first step. */
export function makeWorld({ options = {}, mode = 'auto' }: Scenario): TestWorld {
  return createTestClient({ client: { reconnect: { attemptsMax: 6 }, ...options }, server: { mode } });
}

/** Takes the steps before `until`. A step that makes no sense by now, because of what came between, is passed over. */
export async function play(world: TestWorld, { steps }: Scenario, until = steps.length): Promise<void> {
  for (const step of steps.slice(0, until)) {
    try {
      await step(world);
    } catch {}
  }
}

function wait(ms: number): Step {
  return ({ clock }) => clock.advance(ms);
}

function cut({ server }: TestWorld): void {
  server.connection.dropAbruptly();
}

function hang({ server }: TestWorld): void {
  server.connection.hang();
}

function refuse({ server }: TestWorld): void {
  server.connection.rejectHandshake();
}

function emitTwelve({ server }: TestWorld): void {
  for (let count = 1; count <= 12; count += 1) server.emit(`missed ${count}`);
}

/** The next event of the log, about messages that are there. */
function tellChange({ server }: TestWorld, type: string, facts: Readonly<Record<string, unknown>>): void {
  server.skipSeq(1);
  server.sendFrame({ type, payload: { conversationId: 'conversation-1', epoch: 'epoch-1', ...facts } });
}

function idsOf({ server }: TestWorld): readonly string[] {
  return server.log.map(({ id }) => id);
}
