/**
 * `forget.mjs <url> <placement> <life> <held> <snapshot> <token file> …`: a client shows each token once; while it is
 * still there, everything on the heap is written to the file `snapshot`. Needs `--expose-gc`.
 */
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { ChatSocketClient } from 'chatsocket';
import { envelopeProtocol } from 'chatsocket/protocols';
import { manualClock } from 'chatsocket/testing';
import { webSocketTransport } from 'chatsocket/transports';
import { WebSocket } from 'ws';

const [url = '', placement = '', life = '', held = '', snapshot = '', ...tokenFiles] = process.argv.slice(2);
const PLACEMENTS = { subprotocol: 'subprotocol', query: { query: 'token' }, 'first-frame': 'first-frame' } as const;
/** The soonest at which a client asks for another token, before its next heartbeat is missed. */
const RENEWAL_MS = 30_000;
/** After so many turns of the event loop, all that can be collected was. */
const TURNS = 10;

/** What an application holds by mistake. */
const kept: unknown[] = [];
const clock = manualClock();
const client = new ChatSocketClient({
  url,
  conversationId: 'lobby',
  // Tokens stay in their files, or the arguments of this process would hold them.
  token() {
    const token = readFileSync(tokenFiles.shift() ?? '', 'utf8');
    if (held === 'token') kept.push(token);
    return life === 'renewed' && tokenFiles.length > 0 ? { token, expiresInMs: RENEWAL_MS } : token;
  },
  clock,
  protocol: envelopeProtocol({ tokenIn: PLACEMENTS[placement as keyof typeof PLACEMENTS] }),
  transport: webSocketTransport({
    create(dialled, subprotocols) {
      if (held === 'request') kept.push({ dialled, subprotocols });
      return new WebSocket(dialled, subprotocols);
    },
  }),
});
const renewed = new Promise<void>((resolve) => client.once('token-renewed', () => resolve()));

client.connect();
await client.whenOpen();
if (life === 'renewed') {
  await clock.advance(RENEWAL_MS);
  await renewed;
}
if (life === 'reconnected') client.reconnect();
await client.whenOpen();
if (life === 'closed') await client.close();
for (let turn = 0; turn < TURNS; turn += 1) {
  await nextTurn();
  globalThis.gc?.();
}
writeHeapSnapshot(snapshot);
// Both were there until now.
console.log(
  JSON.stringify({ status: client.snapshot.connection.status, tokensLeft: tokenFiles.length, kept: kept.length }),
);
client.dispose();
