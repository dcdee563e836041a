/** A session in which every event happens at least once, whatever its listeners do meanwhile. */
import type { ChatSocketOptions } from '../../src/index.js';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';

/** What may happen to a client whose listeners close it, send, or connect it again. */
type Stop = (world: TestWorld) => unknown;

const ROOM = 'conversation-1';

const STOPS: readonly Stop[] = [
  ({ client }) => client.send('mine'),
  ({ server }) => server.emit('theirs'),
  ({ server }) => server.edit(server.log[0]?.id ?? '', 'mine, mended'),
  ({ server }) => server.delete(server.log[1]?.id ?? ''),
  ({ server }) => {
    server.emit('late', { isLost: true });
    server.emit('in time');
  },
  ({ clock }) => clock.advance(400),
  ({ server }) => server.nack('VALIDATION_ERROR'),
  ({ client }) => client.send('refused'),
  ({ server }) => server.setTyping(true),
  ({ server }) =>
    server.sendFrame({ type: 'messages_read', payload: { conversationId: ROOM, messageIds: ['x'], readBy: 'user-2' } }),
  ({ server }) => server.stream('an answer in chunks'),
  ({ server }) => server.connection.sendRaw('not JSON'),
  ({ server }) => server.sendFrame({ type: 'error', payload: { code: 'UNKNOWN_TYPE', message: 'what?' } }),
  ({ server }) => server.warnTokenExpiring(60_000),
  ({ server }) => server.announceRestart(1),
  ({ clock }) => clock.advance(6_100),
  ({ server }) => server.connection.dropAbruptly(),
  ({ server }) => {
    for (let count = 0; count < 12; count += 1) server.emit(`missed ${count}`);
    server.cutBefore(server.log.at(-1)?.seq ?? 1);
  },
  ({ clock }) => clock.advance(2_500),
  ({ server }) => {
    server.newEpoch();
    server.emit('of another log');
  },
];

const OPTIONS: Partial<ChatSocketOptions> = { inbox: { historyMax: 3 }, reconnect: { attemptsMax: 5 } };

/** Makes the world; `prepare` registers what the test is about, before anything happens. */
export async function takeTour(prepare: (world: TestWorld) => void): Promise<TestWorld> {
  const world = createTestClient({ client: OPTIONS });
  prepare(world);
  await step(world, ({ client }) => client.connect());
  for (const stop of STOPS) await step(world, stop);
  await step(world, ({ client }) => client.close());
  await world.clock.advance(6_000);
  return world;
}

/** A connection that is over says nothing, and a client that is disposed does nothing: both throw, and both may be. */
async function step(world: TestWorld, stop: Stop): Promise<void> {
  try {
    await stop(world);
  } catch {}
  await world.clock.advance(60);
}
