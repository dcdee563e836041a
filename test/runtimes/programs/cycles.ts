/** `cycles.mjs <count>`: one client is dropped so many times, in virtual time; writes what it keeps. Needs `--expose-gc`. */
import { ChatSocketClient, type SocketHandlers, type Transport } from 'chatsocket';
import { manualClock, mockPageSignals } from 'chatsocket/testing';

const CYCLES = Number(process.argv[2]);
/** Before the first look at the heap: caches fill, and the compiler has done its work. */
const WARM_UP = 1_000;
const HELLO = JSON.stringify({ type: 'connected', payload: { userId: 'ada' }, timestamp: 1 });
const JOINED = JSON.stringify({
  type: 'conversation_history',
  payload: { conversationId: 'lobby', messages: [] },
  timestamp: 1,
});

/** The socket that is there, and what the other side may do to it. */
interface Line extends SocketHandlers {
  drop(): void;
}

let now: Line | null = null;
let sockets = 0;
let socketsMost = 0;
/** Keeps nothing of sockets that are over. */
const transport: Transport = {
  name: 'forgetful',
  open(_request, handlers) {
    sockets += 1;
    socketsMost = Math.max(socketsMost, sockets);
    let isLive = true;
    const end = () => {
      if (isLive) sockets -= 1;
      isLive = false;
    };
    now = {
      ...handlers,
      drop() {
        end();
        handlers.closed({ code: 1006, reason: '', wasClean: false });
      },
    };
    return {
      bufferedBytes: 0,
      send: () => true,
      close: (code, reason) =>
        queueMicrotask(() => {
          end();
          handlers.closed({ code, reason, wasClean: true });
        }),
      abandon: end,
    };
  },
};

const clock = manualClock();
const pageSignals = mockPageSignals();
const client = new ChatSocketClient({
  ...{ url: 'ws://localhost/', conversationId: 'lobby', transport, clock, pageSignals },
  reconnect: { delayFirstMs: 100, delayMaxMs: 100, dialsPerMinuteMax: 60 },
});
client.connect();

await live(WARM_UP);
const before = look();
await live(CYCLES);
const after = look();
await client.close();
await clock.advance(0);
const left = { timers: clock.pendingTimers().length, listeners: pageSignals.listenerCount, sockets };
console.log(JSON.stringify({ before, after, left, socketsMost }));

async function live(cycles: number): Promise<void> {
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await untilDialled();
    now?.opened();
    now?.received(HELLO);
    now?.received(JOINED);
    await client.whenOpen();
    const dropped = now;
    now = null;
    // Every other time the other side goes without a word, which the client finds out by itself.
    if (cycle % 2 === 0) dropped?.drop();
    else await clock.advance(36_000);
  }
  await untilDialled();
}

async function untilDialled(): Promise<void> {
  for (let turn = 0; now === null && turn < 1_000; turn += 1) await clock.advance(100);
  if (now === null) throw new Error('The client does not dial any more.');
}

function look() {
  for (let collection = 0; collection < 4; collection += 1) globalThis.gc?.();
  return {
    heapBytes: process.memoryUsage().heapUsed,
    timers: clock.pendingTimers().length,
    listeners: pageSignals.listenerCount,
    sockets,
  };
}
