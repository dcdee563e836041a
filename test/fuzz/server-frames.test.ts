import { describe, expect, it } from 'vitest';
import { decode } from '../../src/protocols/envelope/decode.js';
import { EVENT_NAMES } from '../client/chat-log.js';
import { heapUsedMib } from './heap.js';
import { HISTORY_MAX, HostileServer, ROOMS } from './hostile-server.js';
import { hugeTexts } from './hostile-texts.js';

const FRAMES = 1_000_000;
/** By then every bounded memory is full. */
const WARM_UP = 200_000;
const WATCHED_FRAMES = 100_000;

/** Set SEED to repeat a run. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const prototypes = [Object.prototype, Array.prototype, Function.prototype];
const prototypeKeys = prototypes.map((prototype) => Reflect.ownKeys(prototype));

/** Tells so many frames, and lets time and people go on in between. */
async function tell(
  server: HostileServer,
  frames: number,
  tellOne = (text: string) => server.tell(text),
): Promise<void> {
  for (let told = 0; told < frames; told += 1) {
    if (!tellOne(server.nextText())) await server.open();
    if (told % 20 === 0) server.clock.advanceNow(50);
    if (told % 100 === 0) {
      server.act();
      await undefined;
    }
    if (told % 5_000 === 0) checkHistory(server);
  }
}

/** I2 I11: ids once, places upwards, no more than may be kept. */
function checkHistory({ client }: HostileServer): void {
  for (const room of ROOMS) {
    const { messages } = client.conversation(room).snapshot;
    const ids = messages.flatMap(({ id }) => id ?? []);
    const seqs = messages.flatMap(({ seq }) => seq ?? []);
    expect(new Set(ids).size, `SEED=${seed}: an id twice`).toBe(ids.length);
    expect(
      [...seqs].sort((one, other) => one - other),
      `SEED=${seed}: out of order`,
    ).toEqual(seqs);
    expect(new Set(seqs).size, `SEED=${seed}: a place twice`).toBe(seqs.length);
    const pending = messages.filter(({ seq, stream }) => seq === null || stream !== null).length;
    expect(messages.length - pending, `SEED=${seed}: too many`).toBeLessThanOrEqual(HISTORY_MAX);
  }
}

function expectUntouched(): void {
  expect(
    prototypes.map((prototype) => Reflect.ownKeys(prototype)),
    `SEED=${seed}`,
  ).toEqual(prototypeKeys);
}

describe('any frames of a server', () => {
  it('UP-32 G15 C5 C6 I20 a million of them throw nothing, grow no memory and touch no prototype', {
    timeout: 600_000,
  }, async () => {
    const server = new HostileServer(seed);
    await server.open();
    const idle = heapUsedMib();
    for (const text of hugeTexts()) if (!server.tell(text)) await server.open();

    await tell(server, WARM_UP);
    const before = heapUsedMib();
    await tell(server, FRAMES - WARM_UP);
    const after = heapUsedMib();

    expect(after - before, `SEED=${seed}: MiB of heap`).toBeLessThan(4);
    expect(after - idle, `SEED=${seed}: MiB of heap`).toBeLessThanOrEqual(16);
    expectUntouched();
    expect(server.counts.joins, `SEED=${seed}`).toBeGreaterThan(1_000);
    expect(server.client.metrics().framesIn, `SEED=${seed}`).toBeGreaterThanOrEqual(FRAMES);
    await server.close();
  });

  it('UP-32 bad ones change nothing that anybody is told, but that they were refused', {
    timeout: 120_000,
  }, async () => {
    const server = new HostileServer(seed);
    const told: string[] = [];
    for (const name of EVENT_NAMES) server.client.on(name, () => told.push(name));
    await server.open();
    let bad = 0;

    await tell(server, WATCHED_FRAMES, (text) => {
      told.length = 0;
      const isHeard = server.tell(text);
      if (!isHeard || decode(text).ok) return isHeard;
      bad += 1;
      const others = told.filter((name) => !['frame-rejected', 'status-changed', 'closed'].includes(name));
      if (others.length > 0) expect.fail(`SEED=${seed}: ${others.join()} after ${text}`);
      return true;
    });

    expect(bad).toBeGreaterThan(WATCHED_FRAMES / 10);
    expectUntouched();
    await server.close();
  });
});
