/** The server and its clients, each in programs of their own: dials, looks at the memory, lets the clients talk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle } from '../bundle.js';
import {
  type DialOrder,
  MEMBERS,
  type Seat,
  type ServerState,
  type TalkFigures,
  type TalkOrder,
  type Usage,
} from './orders.js';
import { type Program, startProgram } from './program.js';

export const SERVER_ENTRY = new URL('./server-program.ts', import.meta.url);
export const LOAD_ENTRY = new URL('./load-program.ts', import.meta.url);

const LOAD_PROGRAMS = 2;
/** Few enough that their tokens are used long before they expire. A multiple of `MEMBERS`: a conversation stays together. */
const SEATS_PER_ORDER = 100 * MEMBERS;
/** A system has about 28,000 ports for the connections from one address to one other. */
const CONNECTIONS_PER_ADDRESS = 10_000;

export interface Crowd {
  /** Dials until so many connections are open and their conversations joined. */
  growTo(connections: number): Promise<void>;
  serverState(): Promise<ServerState>;
  usage(): Promise<{ readonly server: Usage; readonly clients: readonly Usage[] }>;
  /** All programs together talk at this rate. */
  talk(order: Omit<TalkOrder, 'type'>): Promise<TalkFigures>;
  close(): Promise<void>;
}

export async function gatherCrowd(built: Bundle, seats: number): Promise<Crowd> {
  const directory = await mkdtemp(join(tmpdir(), 'chatsocket-bench-server-'));
  const server = await startProgram(built.file(SERVER_ENTRY), [directory, String(seats)], ['--expose-gc']);
  const loads = await Promise.all(
    Array.from({ length: LOAD_PROGRAMS }, () => startProgram(built.file(LOAD_ENTRY), [], [])),
  );
  // The first word of the server is where it listens.
  const { port } = server.greeting as { readonly port: number };
  const holders = loads.map((load) => ({ load, seats: 0 }));
  let seated = 0;

  async function dialNext(holder: { readonly load: Program; seats: number }, count: number): Promise<void> {
    const first = seated;
    seated += count;
    holder.seats += count;
    // The answer to this order is a list of tokens.
    const tokens = (await server.ask({ type: 'tokens', first, count })) as string[];
    const newcomers = tokens.map((token, index): Seat => ({ seat: first + index, token }));
    const order: DialOrder = { type: 'dial', port, localAddress: localAddressOf(first), seats: newcomers };
    await holder.load.ask(order);
  }

  return {
    async growTo(connections) {
      for (let turn = 0; seated < connections; turn += 1) {
        const holder = holders[turn % holders.length];
        if (holder !== undefined) await dialNext(holder, Math.min(SEATS_PER_ORDER, connections - seated));
      }
    },
    // The answer to this order is the state.
    serverState: async () => (await server.ask({ type: 'state' })) as ServerState,
    async usage() {
      const answers = await Promise.all([server, ...loads].map((program) => program.ask({ type: 'usage' })));
      // The answers to these orders are what each has used.
      const [ofServer, ...clients] = answers as [Usage, ...Usage[]];
      return { server: ofServer, clients };
    },
    async talk({ perSecond, seed, ...rest }) {
      const answers = holders.map(({ load, seats }, index) => {
        const order: TalkOrder = {
          ...rest,
          type: 'talk',
          // Everybody says as much, whichever program they are in.
          perSecond: (perSecond * seats) / seated,
          // No two programs or rounds let the same talk.
          seed: seed + rest.round * loads.length + index,
        };
        return load.ask(order);
      });
      // The answers to these orders are the figures.
      return together((await Promise.all(answers)) as TalkFigures[]);
    },
    async close() {
      await Promise.all([server, ...loads].map((program) => program.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Null where only one address leads to the loopback. */
function localAddressOf(seat: number): string | null {
  return process.platform === 'linux' ? `127.0.0.${2 + Math.floor(seat / CONNECTIONS_PER_ADDRESS)}` : null;
}

function together(all: readonly TalkFigures[]): TalkFigures {
  const sum = (pick: (figures: TalkFigures) => number) => all.reduce((total, figures) => total + pick(figures), 0);
  return {
    sent: sum(({ sent }) => sent),
    expected: sum(({ expected }) => expected),
    receiptsMs: all.flatMap(({ receiptsMs }) => receiptsMs),
    acksMs: all.flatMap(({ acksMs }) => acksMs),
    lateMs: all.flatMap(({ lateMs }) => lateMs),
    doubled: sum(({ doubled }) => doubled),
    ended: sum(({ ended }) => ended),
  };
}
