/**
 * `collect.mjs <url> <deaf url> <refused url> <token> …`: clients on real sockets and real timers are left in every
 * way and forgotten; writes those that are kept all the same, and what else is. Needs `--expose-gc`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChatSocketClient } from 'chatsocket';
import { webSocketTransport } from 'chatsocket/transports';
import { WebSocket } from 'ws';

const [url = '', deafUrl = '', refusedUrl = '', ...tokens] = process.argv.slice(2);
/** After so many turns of the event loop, all that can be collected was. */
const TURNS_MAX = 50;

interface Kept {
  readonly what: string;
  readonly reference: WeakRef<object>;
}

const WAYS: Readonly<Record<string, (client: ChatSocketClient) => unknown>> = {
  'dispose()': (client) => client.dispose(),
  'close()': (client) => client.close(),
  'logout()': (client) => client.logout(),
};
const PLACES: Readonly<Record<string, string>> = { open: url, dialling: deafUrl, waiting: refusedUrl };

const page = countListeners();
const kept: Kept[] = [];
const resourcesBefore = resources();
for (const [way, leave] of Object.entries(WAYS)) {
  for (const [place, address] of Object.entries(PLACES)) await liveAndLeave(`${way} while ${place}`, address, leave);
}
const listenersMost = page.most;
for (let turn = 0; turn < TURNS_MAX; turn += 1) {
  // A WeakRef holds its target until the end of the task in which it was made or read.
  await nextTurn();
  globalThis.gc?.();
}
const uncollected = kept.filter(({ reference }) => reference.deref() !== undefined).map(({ what }) => what);
console.log(
  JSON.stringify({
    clients: kept.length,
    uncollected,
    listenersMost,
    listenersLeft: page.now,
    resourcesLeft: resources() - resourcesBefore,
  }),
);

async function liveAndLeave(
  what: string,
  address: string,
  leave: (client: ChatSocketClient) => unknown,
): Promise<void> {
  const sockets: WeakRef<object>[] = [];
  const client = new ChatSocketClient({
    ...{ url: address, conversationId: 'lobby', token: () => (address === url ? (tokens.shift() ?? null) : 'any') },
    reconnect: { delayFirstMs: 600_000 },
    transport: webSocketTransport({
      create(dialled, subprotocols) {
        const socket = new WebSocket(dialled, subprotocols);
        sockets.push(new WeakRef(socket));
        return socket;
      },
    }),
  });
  kept.push({ what: `client: ${what}`, reference: new WeakRef(client) });
  const { signal } = new AbortController();
  client.subscribe(() => client.snapshot);
  client.on('message-received', () => client.snapshot);
  client.connect();
  if (address === url) {
    await client.whenOpen();
    client.send('unconfirmed', { signal });
  } else {
    const phase = address === deafUrl ? 'dialing' : 'waiting';
    while (!isAt(client, phase)) await nextTurn();
  }
  await leave(client);
  kept.push(...sockets.map((reference) => ({ what: `socket: ${what}`, reference })));
}

function isAt({ snapshot }: ChatSocketClient, phase: string): boolean {
  return snapshot.connection.status === 'connecting' && snapshot.connection.phase === phase;
}

/** Timers and connections that keep the process alive; its pipes are there from the beginning. */
function resources(): number {
  return process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Immediate/.test(name)).length;
}

/** Gives this process the listeners of a page, keeps them as a page would, and counts them. */
function countListeners() {
  const held = new Set<unknown>();
  const count = {
    most: 0,
    get now() {
      return held.size;
    },
  };
  Object.assign(globalThis, {
    addEventListener(_type: string, listener: unknown) {
      held.add(listener);
      count.most = Math.max(count.most, held.size);
    },
    removeEventListener: (_type: string, listener: unknown) => held.delete(listener),
  });
  return count;
}
