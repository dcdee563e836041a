/** The reference server on its embedded store. */
import { randomBytes } from 'node:crypto';
import { createChatServer } from '../../../examples/server/shell/chat-server.js';
import { levelLogStore } from '../../../examples/server/store/level-log-store.js';
import { MEMBERS, roomOf, type ServerOrder, type ServerState } from './orders.js';
import { usageMeter } from './usage.js';

/** What a collection frees is given back to the system a little later. */
const COLLECTIONS = 5;
const PAUSE_MS = 200;

/** The server's own bounds protect a small server; here they would be what is measured. */
const PER_SECOND = 100_000;

const [directory = '', seatsText = ''] = process.argv.slice(2);
const seats = Number(seatsText);
const usage = usageMeter();

const rooms = Array.from({ length: Math.ceil(seats / MEMBERS) }, (_, index) => roomOf(index * MEMBERS));
const server = await createChatServer({
  secret: randomBytes(32).toString('hex'),
  origins: [],
  allowMissingOrigin: true,
  connectionsMax: seats,
  limits: { messagesPerSecond: PER_SECOND, framesPerSecond: PER_SECOND },
  rooms: rooms.map((id) => ({ id, assistant: 'never' })),
  store: await levelLogStore({ directory }),
});

process.on('message', (order: ServerOrder) => {
  if (order.type === 'state') void state().then((told) => process.send?.(told));
  else if (order.type === 'usage') process.send?.(usage());
  else process.send?.(Array.from({ length: order.count }, (_, index) => issueToken(order.first + index)));
});
process.once('disconnect', () => process.exit(0));
process.send?.({ port: server.address.port });

function issueToken(seat: number): string {
  return server.issueToken({ id: `user-${seat}`, name: `User ${seat}` });
}

async function state(): Promise<ServerState> {
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { connections: server.connectionCount, rssBytes: rss, heapBytes: heapUsed };
}
