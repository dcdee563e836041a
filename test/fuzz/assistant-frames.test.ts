import { expect, test } from 'vitest';
import { heapUsedMib } from './heap.js';
import { HISTORY_MAX, HostileAssistant } from './hostile-assistant.js';
import { hugeTexts } from './hostile-texts.js';

const FRAMES = 400_000;
/** By then every bounded memory is full. */
const WARM_UP = 100_000;

/** Set SEED to repeat a run. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const prototypes = [Object.prototype, Array.prototype, Function.prototype];
const prototypeKeys = prototypes.map((prototype) => Reflect.ownKeys(prototype));

/** Tells so many frames, and lets time and people go on in between. */
async function tell(server: HostileAssistant, frames: number): Promise<void> {
  for (let told = 0; told < frames; told += 1) {
    if (!server.tell(server.nextText())) await server.open();
    if (told % 20 === 0) server.clock.advanceNow(50);
    if (told % 100 === 0) await server.act();
    if (told % 5_000 === 0) checkHistory(server);
  }
}

/** I2 I11: ids once, no more than may be kept. */
function checkHistory({ client }: HostileAssistant): void {
  const { messages } = client.snapshot;
  const ids = messages.flatMap(({ id }) => id ?? []);
  expect(new Set(ids).size, `SEED=${seed}: an id twice`).toBe(ids.length);
  const pending = messages.filter(({ id, stream }) => id === null || stream === 'streaming' || stream === 'stalled');
  expect(messages.length - pending.length, `SEED=${seed}: too many`).toBeLessThanOrEqual(HISTORY_MAX);
}

test('UP-32 G15 I20 any frames of an assistant, and any history, throw nothing, grow no memory and touch no prototype', {
  timeout: 600_000,
}, async () => {
  const server = new HostileAssistant(seed);
  await server.open();
  for (const text of hugeTexts()) if (!server.tell(text)) await server.open();

  await tell(server, WARM_UP);
  const before = heapUsedMib();
  await tell(server, FRAMES - WARM_UP);
  const grownMib = heapUsedMib() - before;

  expect(grownMib, `SEED=${seed}: MiB of heap`).toBeLessThan(4);
  expect(
    prototypes.map((prototype) => Reflect.ownKeys(prototype)),
    `SEED=${seed}`,
  ).toEqual(prototypeKeys);
  expect(server.counts.readings, `SEED=${seed}`).toBeGreaterThan(1_000);
  expect(server.counts.sends, `SEED=${seed}`).toBeGreaterThan(100);
  expect(server.client.metrics().framesIn, `SEED=${seed}`).toBeGreaterThan(FRAMES / 10);
  await server.close();
});
