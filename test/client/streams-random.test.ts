/** Random lives of answers: whatever happens to their chunks, what is shown is the server's text so far, and in the end all of it. */

import { describe, expect, test } from 'vitest';
import { createTestClient, seededRandom } from '../../src/testing/index.js';

const SEED = Number(process.env['SEED'] ?? 20_261_121);
const LIVES = Number(process.env['LIVES'] ?? 40);
const STEPS = 60;
const WORDS = ['a', 'é', '漢字', '😀', '👩‍👩‍👧', '🇩🇪', ' ', '\n', 'word ', 'e\u0301'];

type World = ReturnType<typeof createTestClient>;
type Answer = ReturnType<World['server']['startStream']>;

interface Life {
  readonly world: World;
  readonly random: () => number;
  readonly answers: readonly Answer[];
  /** What each answer will be in the end. */
  readonly plans: ReadonlyMap<string, string>;
  /** What the events of an answer add up to. */
  readonly told: ReadonlyMap<string, string>;
}

/** What may happen next, each with how often it does. */
const HAPPENINGS: readonly (readonly [weight: number, happen: (life: Life, answer: Answer) => unknown])[] = [
  [40, (life, answer) => answer.write(nextPiece(life, answer))],
  [6, (life, answer) => answer.write(nextPiece(life, answer), { copies: 0 })],
  [6, (life, answer) => answer.write(nextPiece(life, answer), { copies: 2 })],
  [10, (life, answer) => sendOldPart(life, answer)],
  [4, (life, answer) => sendSwapped(life, answer)],
  [3, ({ world }, answer) => tell(world, 'message_snapshot', { id: answer.id, text: answer.content })],
  [3, ({ world, random }) => world.clock.advance(Math.floor(random() * 2_000))],
  [1, ({ world }) => world.clock.advance(61_000)],
  [2, ({ world }) => endConnection(world)],
  [2, ({ world }) => world.client.reconnect()],
  [2, ({ world }) => world.server.emit('between')],
  [1, ({ world }) => world.server.emit('lost between', { isLost: true })],
];

describe('an answer in a random life', () => {
  test.each(Array.from({ length: LIVES }, (_, index) => SEED + index))(
    'UP-14 ST-2 ST-3 ST-5 ST-7 F88 F89 F95 I19 is at every instant a prefix of the server’s, and equal at the end (seed %d)',
    async (seed) => {
      const life = await begin(seed);
      const { world, random, answers } = life;

      for (let step = 0; step < STEPS; step += 1) {
        const answer = answers[Math.floor(random() * answers.length)];
        if (answer !== undefined) await pick(random)(life, answer);
        await world.clock.advance(0);
        check(life);
      }
      for (const answer of answers) {
        answer.write(life.plans.get(answer.id)?.slice(answer.content.length) ?? '');
        answer.end();
      }
      await world.clock.advance(180_000);
      check(life);

      for (const { id, content } of answers) {
        const row = world.client.snapshot.messages.find((message) => message.id === id);
        expect(row).toMatchObject({ content, stream: 'done' });
        expect(life.told.get(id) ?? '').toBe(content);
      }
      await world.client.close();
      await world.assertClean();
    },
  );
});

async function begin(seed: number): Promise<Life> {
  const random = seededRandom(seed);
  const world = createTestClient({ seed });
  await world.open();
  const told = new Map<string, string>();
  world.client.on('stream-delta', ({ messageId, offset, text }) => {
    const before = told.get(messageId) ?? '';
    expect(offset).toBe(before.length);
    told.set(messageId, before + text);
  });
  world.client.on('message-updated', ({ message }) => {
    if (message.id !== null && message.stream !== null) told.set(message.id, message.content);
  });
  const answers = Array.from({ length: 1 + Math.floor(random() * 3) }, () => world.server.startStream());
  await world.clock.advance(0);
  const plans = new Map(answers.map(({ id }) => [id, planOf(random)]));
  return { world, random, answers, plans, told };
}

/** What is shown is never anything that the server did not write. */
function check({ world, answers, told }: Life): void {
  for (const { id, content } of answers) {
    const row = world.client.snapshot.messages.find((message) => message.id === id);
    const shown = row?.content ?? '';
    expect(content.startsWith(shown), `shows ${JSON.stringify(shown)} of ${JSON.stringify(content)}`).toBe(true);
    expect(content.startsWith(told.get(id) ?? '')).toBe(true);
    expect(/[\ud800-\udbff]$/.test(shown)).toBe(false);
  }
}

function pick(random: () => number) {
  let roll = random() * HAPPENINGS.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, happen] of HAPPENINGS) {
    roll -= weight;
    if (roll < 0) return happen;
  }
  return () => undefined;
}

function planOf(random: () => number): string {
  return Array.from({ length: 400 }, () => WORDS[Math.floor(random() * WORDS.length)]).join('');
}

/** The next part of the plan, cut anywhere: between the halves of a character too. */
function nextPiece({ random, plans }: Life, { id, content }: Answer): string {
  return plans.get(id)?.slice(content.length, content.length + Math.floor(random() * 12)) ?? '';
}

function sendOldPart({ world, random }: Life, { id, content }: Answer): void {
  const offset = Math.floor(random() * (content.length + 1));
  tell(world, 'message_delta', { id, offset, text: content.slice(offset, offset + Math.floor(random() * 20)) });
}

/** The later half of what is new comes first. */
function sendSwapped(life: Life, answer: Answer): void {
  const { world } = life;
  const from = answer.content.length;
  for (let count = 0; count < 4; count += 1) answer.write(nextPiece(life, answer), { copies: 0 });
  const middle = from + Math.floor((answer.content.length - from) / 2);
  tell(world, 'message_delta', { id: answer.id, offset: middle, text: answer.content.slice(middle) });
  tell(world, 'message_delta', { id: answer.id, offset: from, text: answer.content.slice(from, middle) });
}

function endConnection({ server }: World): void {
  if (server.connection.state === 'open') server.connection.dropAbruptly();
}

function tell({ server }: World, type: string, payload: Readonly<Record<string, unknown>>): void {
  if (server.connection.state === 'open') server.sendFrame({ type, payload });
}
