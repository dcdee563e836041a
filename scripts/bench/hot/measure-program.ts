/** Measures raw sockets and the client in turns, in one program; tells its parent the figures. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type MemoryTransport, memoryTransport } from '../load/memory-transport.js';
import { messageText } from '../load/wire.js';
import { median } from '../statistics.js';
import { ourSide } from './our-side.js';
import { rawBatchSide, rawEmitterSide, rawPromiseSide, rawSide } from './raw-sides.js';
import { BATCH_SIDE, type Comparison, type HotReport, OUR_SIDE, PROMISE_SIDE } from './report.js';
import { type Cost, measure, receiving, sending } from './rounds.js';
import { ACKS_ALONE, ONE_BY_ONE, type PushOrder, type ServerReady } from './server-orders.js';
import type { Side } from './side.js';
import { profile } from './stages.js';

const IN_FLIGHT = 8;

/** Rounds that only warm up: the first are the compiler's. */
const WARM_UP = 3;

const [serverFile = '', roundsText = '', messagesText = ''] = process.argv.slice(2);
const rounds = Number(roundsText);
const messages = Number(messagesText);

const server = fork(serverFile);
// The server's first word is its port.
const [{ port }] = (await once(server, 'message')) as [ServerReady];
const report: HotReport = {
  inbound: await compareInbound('inbound over loopback, in bursts', messages, 50),
  inboundSingle: await compareInbound('inbound over loopback, one frame at a time', messages, 1),
  outbound: await compareOutbound('send to ack', ACKS_ALONE),
  outboundCopied: await compareOutbound('send to ack, where the server sends the copy too', '/copied'),
  pure: await comparePure(),
  inboundProfile: await profileInbound(),
  outboundProfile: await profileOutbound(),
};
server.disconnect();
process.send?.(report, () => process.exit(0));

async function openSides(group: string): Promise<{ readonly side: Side; readonly path: string }[]> {
  const at = (path: string) => `ws://127.0.0.1:${port}${path}`;
  const paths = ['raw', 'raw-again', 'emitter', 'ours', 'ours-subscribed'].map((name) => `${group}/${name}`);
  const [raw = '', again = '', emitter = '', ours = '', subscribed = ''] = paths;
  const sides = [
    await rawSide(at(raw), 'raw ws, onmessage'),
    await rawSide(at(again), 'raw ws, onmessage, again'),
    await rawEmitterSide(at(emitter), "raw ws, on('message')"),
    await ourSide({ url: at(ours), name: OUR_SIDE }),
    await ourSide({ url: at(subscribed), name: 'chatsocket, listener and subscriber', hasSubscriber: true }),
  ];
  return sides.map((side, index) => ({ side, path: paths[index] ?? '' }));
}

async function compareInbound(title: string, count: number, atOnce: number): Promise<Comparison> {
  const sides = await openSides(`/inbound-${atOnce}`);
  const comparison = await alternate(title, sides, ({ side, path }) =>
    measure(count, (part) =>
      receiving(side, part, () => {
        const order: PushOrder = { path, count: part, atOnce };
        server.send(order);
      }),
    ),
  );
  for (const { side } of sides) side.close();
  return comparison;
}

async function compareOutbound(title: string, path: string): Promise<Comparison> {
  const at = (name: string) => `ws://127.0.0.1:${port}${path}${name}`;
  const own = await rawPromiseSide(at('/promises'), PROMISE_SIDE);
  const batching = await rawBatchSide(at('/batches'), BATCH_SIDE);
  const single = await ourSide({ url: at(ONE_BY_ONE), name: 'chatsocket, where the server takes no batches' });
  const others = [single, own, batching].map((side) => ({ side, path }));
  const sides = [...(await openSides(path)), ...others];
  const comparison = await alternate(`outbound over loopback, ${title}, ${IN_FLIGHT} in flight`, sides, ({ side }) =>
    measure(messages, (part) => sending(side, part, IN_FLIGHT)),
  );
  for (const { side } of sides) side.close();
  return comparison;
}

interface PureSide {
  readonly side: { readonly name: string };
  readonly receive: (text: string) => void;
  seq: number;
}

async function pureSides(): Promise<readonly PureSide[]> {
  const onMessage = (contentLength: number) => {
    if (contentLength === 0) throw new Error('A message is empty.');
  };
  const raw = (text: string) => {
    // The text is of our own making.
    const { payload } = JSON.parse(text) as { payload: { message: { content: string } } };
    onMessage(payload.message.content.length);
  };
  const ours = async (name: string, hasSubscriber: boolean): Promise<PureSide> => {
    const transport: MemoryTransport = memoryTransport();
    const side = await ourSide({ url: 'ws://127.0.0.1/', name, transport, hasSubscriber });
    side.onMessage = onMessage;
    return { side, receive: transport.receive, seq: 0 };
  };
  return [
    { side: { name: 'JSON.parse and one listener' }, receive: raw, seq: 0 },
    { side: { name: 'JSON.parse and one listener, again' }, receive: raw, seq: 0 },
    await ours('chatsocket, one listener', false),
    await ours('chatsocket, listener and subscriber', true),
  ];
}

async function comparePure(): Promise<Comparison> {
  return alternate('inbound without a network', await pureSides(), (pure) => {
    const texts = nextTexts(pure, 2 * messages);
    let next = 0;
    return measure(messages, async (part) => {
      const end = next + part;
      for (; next < end; next += 1) pure.receive(texts[next] ?? '');
    });
  });
}

async function profileInbound() {
  const ours = (await pureSides())[2];
  if (ours === undefined) throw new Error('There is nothing to profile.');
  for (const text of nextTexts(ours, 2 * messages)) ours.receive(text);
  const texts = nextTexts(ours, 4 * messages);
  return profile(texts.length, async () => {
    for (const text of texts) ours.receive(text);
  });
}

async function profileOutbound() {
  const side = await ourSide({ url: 'ws://127.0.0.1/', name: 'ours', transport: memoryTransport('acks-alone') });
  await sending(side, 2 * messages, IN_FLIGHT);
  return profile(4 * messages, () => sending(side, 4 * messages, IN_FLIGHT));
}

function nextTexts(pure: PureSide, count: number): string[] {
  return Array.from({ length: count }, () => {
    pure.seq += 1;
    return messageText(pure.seq);
  });
}

/** Every side once a round, each round beginning with another, so that none is always first. */
async function alternate<Subject extends { readonly side: { readonly name: string } }>(
  title: string,
  subjects: readonly Subject[],
  run: (subject: Subject) => Promise<Cost>,
): Promise<Comparison> {
  const costs = subjects.map((): Cost[] => []);
  for (let round = 0; round < WARM_UP + rounds; round += 1) {
    for (let turn = 0; turn < subjects.length; turn += 1) {
      const index = (round + turn) % subjects.length;
      const subject = subjects[index];
      if (subject === undefined) continue;
      const cost = await run(subject);
      if (round >= WARM_UP) costs[index]?.push(cost);
    }
  }
  const raw = costs[0] ?? [];
  const ratios = (own: readonly Cost[], unit: keyof Cost) =>
    median(own.map((cost, round) => cost[unit] / (raw[round]?.[unit] ?? Number.NaN)));
  const rows = subjects.map(({ side }, index) => {
    const own = costs[index] ?? [];
    const cost = { cpu: median(own.map(({ cpu }) => cpu)), wall: median(own.map(({ wall }) => wall)) };
    return { side: side.name, cost, cpuRatio: ratios(own, 'cpu'), wallRatio: ratios(own, 'wall') };
  });
  return { title, rows };
}
