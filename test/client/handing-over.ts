/** A world in which a handover is under way. */

import { createTestClient, type TestWorld } from '../../src/testing/index.js';

/** Open, on a server that greets only when told. */
export async function openByHand(): Promise<TestWorld> {
  const world = createTestClient({ server: { mode: 'manual' } });
  world.client.connect();
  await world.clock.advance(0);
  world.server.ready();
  await world.clock.advance(0);
  return world;
}

/** The frames of one type that a connection was sent by the client. */
export function framesOf({ transport }: TestWorld, number: number, type: string): readonly string[] {
  const received = transport.connections[number - 1]?.received ?? [];
  return received.filter((text) => text.startsWith(`{"type":"${type}"`));
}

/** Two conversations, with a message in the first; the successor has asked for both, and has no answer. */
export async function withHalfJoined(): Promise<TestWorld> {
  const world = await openByHand();
  const { client, server, clock } = world;
  client.conversation('side');
  server.emit('before');
  await clock.advance(0);
  client.reconnect();
  await clock.advance(0);
  server.ignore('join_conversation', 2);
  server.ready();
  await clock.advance(0);
  return world;
}

/** What the successor is told of a conversation; by default that it has missed nothing of the first message on. */
export function tellHistory(world: TestWorld, facts: Readonly<Record<string, unknown>>): void {
  const { conversationId } = facts;
  const latestSeq = conversationId === 'side' ? 0 : 1;
  const epoch = epochOf(world, String(conversationId));
  const payload = { messages: [], epoch, latestSeq, recovered: 'full', hasOlder: false, ...facts };
  world.server.connection.sendRaw(JSON.stringify({ type: 'conversation_history', payload }));
}

/** The log that the successor asked to go on with. */
export function epochOf(world: TestWorld, conversationId = 'conversation-1'): string {
  const join = framesOf(world, 2, 'join_conversation').find((text) => text.includes(`"${conversationId}"`)) ?? '{}';
  // The client itself wrote it.
  return (JSON.parse(join) as { payload: { after: { epoch: string } } }).payload.after.epoch;
}
