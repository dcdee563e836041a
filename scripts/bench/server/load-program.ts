/** Holds many bare sockets and lets them talk: one of several such programs beside the server. */
import { type LoadSocket, openLoadSocket } from './load-socket.js';
import { type DialOrder, type LoadOrder, roomOf } from './orders.js';
import { talk } from './talk.js';
import { usageMeter } from './usage.js';

/** More at once would only wait in the queue of the listening socket. */
const DIALS_AT_ONCE = 32;

const usage = usageMeter();
const sockets: LoadSocket[] = [];

process.on('message', (order: LoadOrder) => {
  void perform(order).then(
    (answer) => process.send?.(answer),
    (reason: unknown) => {
      process.stderr.write(`${String(reason)}\n`);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.({ ready: true });

async function perform(order: LoadOrder): Promise<unknown> {
  if (order.type === 'dial') return dial(order);
  if (order.type === 'usage') return usage();
  return talk(sockets, order);
}

async function dial({ port, localAddress, seats }: DialOrder): Promise<{ readonly open: number }> {
  const waiting = [...seats];
  const dialInTurn = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const options = {
        url: `ws://127.0.0.1:${port}/ws`,
        token: next.token,
        conversationId: roomOf(next.seat),
        ...(localAddress === null ? {} : { localAddress }),
      };
      sockets.push(await openLoadSocket(options));
    }
  };
  await Promise.all(Array.from({ length: DIALS_AT_ONCE }, dialInTurn));
  return { open: sockets.length };
}
