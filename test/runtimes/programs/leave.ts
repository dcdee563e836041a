/**
 * `leave.mjs <how> <url> <token>`: leaves the client in that way and does nothing more, so that the process ends by
 * itself. Writes how long that took after the call, and after what it promised.
 */
import { writeSync } from 'node:fs';
import { ChatSocketClient } from 'chatsocket';
import { webSocketTransport } from 'chatsocket/transports';
import { WebSocket } from 'ws';

const [how = '', url = '', token = ''] = process.argv.slice(2);

const never = new Promise<never>(() => {});
const client = new ChatSocketClient({
  url,
  conversationId: 'lobby',
  token: () => (how.includes('token') ? never : token),
  transport: webSocketTransport({ webSocket: WebSocket }),
  // Whoever waits, waits for long.
  reconnect: { delayFirstMs: 600_000 },
});

client.connect();
if (how.includes('open')) {
  await client.whenOpen();
  // Typing, acks and heartbeats have timers of their own.
  client.send('unconfirmed');
  client.conversation('lobby').setTyping(true);
}
if (how.includes('dialling')) await new Promise((resolve) => setTimeout(resolve, 50));
if (how.includes('waiting')) await new Promise<void>((resolve) => whenWaiting(resolve));

const calledAtMs = performance.now();
if (how.startsWith('close')) await client.close();
if (how.startsWith('dispose')) client.dispose();
if (how.startsWith('logout')) await client.logout();
const settledAtMs = performance.now();
process.once('exit', () => {
  const endMs = performance.now();
  writeSync(1, JSON.stringify({ afterCallMs: endMs - calledAtMs, afterSettlingMs: endMs - settledAtMs }));
});

function whenWaiting(happen: () => void): void {
  const stop = client.subscribe(() => {
    const { connection } = client.snapshot;
    if (connection.status !== 'connecting' || connection.phase !== 'waiting') return;
    stop();
    happen();
  });
}
