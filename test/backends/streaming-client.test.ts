/** The real client at the real Django assistant: links that are cut, workers and servers that are killed, refused doors. */

import { afterEach, describe, expect, test } from 'vitest';
import { pause, waitUntil } from '../../examples/play/script/waiting.js';
import { seededRandom } from '../../src/testing/index.js';
import { AssistantGuest, type GuestOptions } from './support/assistant-guest.js';
import { newConversation, stage } from './support/stage.js';

const QUESTIONS = 100;
const CUTS = 30;
const WORKER_KILLS = 5;
const DAPHNE_RESTARTS = 3;
const ANSWER_DEADLINE_MS = 15_000;

const sorted = (texts: readonly string[]) => [...texts].sort();

describe('the client at a real assistant', () => {
  const theatre = stage({
    settings: { RATE_LIMIT_PER_HOUR: '1000', RETRY_DELAY_MS: '200', TASK_VISIBLE_AGAIN_S: '2', TURN_S: '3' },
  });
  const guests: AssistantGuest[] = [];

  afterEach(async () => {
    await Promise.all(guests.splice(0).map((guest) => guest.leave()));
  });

  async function enter(options: Partial<GuestOptions> = {}): Promise<AssistantGuest> {
    const guest = await AssistantGuest.enter(theatre, { conversationId: newConversation(), ...options });
    guests.push(guest);
    return guest;
  }

  async function expectAsInHistory(guest: AssistantGuest): Promise<void> {
    const history = await guest.history();
    expect(guest.unsettled).toEqual([]);
    expect(sorted(guest.shown)).toEqual(sorted(history));
  }

  test('UP-09 a token that was used before is refused once, and the next dial has a fresh one', async () => {
    let spare: string | null = null;
    const guest = await enter({
      withTokens: (source) => async (request) => {
        // A page that keeps its token, until it hears that it is no good.
        if (spare !== null && request.reason !== 'auth-failed') return spare;
        const answer = await source(request);
        spare = typeof answer === 'string' ? answer : null;
        return answer;
      },
    });

    guest.link.cut();
    await waitUntil(() => guest.tokens.length === 3, ANSWER_DEADLINE_MS);
    await guest.client.whenOpen();
    await guest.client.send('still here?').acked;
    expect(await guest.settles(2, ANSWER_DEADLINE_MS)).toBe(true);

    expect(guest.tokens[1]).toBe(guest.tokens[0]);
    expect(guest.tokens[2]).not.toBe(guest.tokens[0]);
    expect(guest.shown).toEqual(['user: still here?', 'assistant: You said: still here?']);
  });

  test('a session that ends is renewed, and answers go on', async () => {
    await theatre.django.faults.set('access-token-s', 3);
    const guest = await enter();
    await theatre.django.faults.clear();

    await guest.client.send('before').acked;
    await waitUntil(() => guest.tokens.length === 2, ANSWER_DEADLINE_MS);
    await guest.client.whenOpen();
    await guest.client.send('after').acked;
    expect(await guest.settles(4, ANSWER_DEADLINE_MS)).toBe(true);

    await expectAsInHistory(guest);
    expect(guest.statuses).toEqual(['connecting', 'open', 'connecting', 'open']);
    expect(guest.errors).toEqual([]);
  });

  test('a door that stays shut: the history is read without a socket, and by itself a socket is had again', {
    timeout: 90_000,
  }, async () => {
    const { faults } = theatre.django;
    const visitor = await theatre.streamer();
    const conversationId = newConversation();
    const elsewhere = await theatre.talk(visitor, conversationId);
    const guest = await enter({ visitor, conversationId });
    await faults.arm('refuse-dial', 'always');
    await faults.arm('bare-403', 'always');
    guest.link.cut();
    await waitUntil(() => guest.client.snapshot.connection.status !== 'open', ANSWER_DEADLINE_MS);
    await guest.client.whenOpen({ signal: AbortSignal.timeout(30_000) });

    const waiting = guest.client.send('is the door open?');
    elsewhere.send({ message: 'from elsewhere' });
    const isPolled = await waitUntil(() => guest.shown.includes('assistant: You said: from elsewhere'), 10_000);
    const statusMeanwhile = waiting.status;
    await faults.clear();
    await waiting.acked;
    expect(await guest.settles(4, ANSWER_DEADLINE_MS)).toBe(true);

    expect(isPolled).toBe(true);
    expect(statusMeanwhile).toBe('queued');
    await expectAsInHistory(guest);
  });

  test('tasks that fail, are tried again or come twice show each answer once', async () => {
    const { faults } = theatre.django;
    const guest = await enter();
    const troubles = ['fails-midway', 'answer-twice', 'task-raises', 'enqueue-fails', 'fails-midway'] as const;

    for (const [index, trouble] of troubles.entries()) {
      await faults.arm(trouble);
      guest.client.send(`count to ${10 + index}`);
      expect(await guest.settles(2 * (index + 1), ANSWER_DEADLINE_MS)).toBe(true);
    }
    // What comes twice comes a moment later.
    await pause(1_000);

    await expectAsInHistory(guest);
    expect(guest.shown.length).toBe(2 * troubles.length);
  });

  test(`DS-3 ${QUESTIONS} questions through ${CUTS} cuts, ${WORKER_KILLS} killed workers and ${DAPHNE_RESTARTS} restarts are each asked once and answered in full`, {
    timeout: 240_000,
  }, async () => {
    const { django } = theatre;
    const random = seededRandom(Number(process.env['SEED'] ?? 1));
    const guest = await enter({
      client: {
        outbox: { messagesMax: QUESTIONS },
        // It is cut more often than a client may dial by itself, and than it tries before it waits for its user.
        reconnect: { delayFirstMs: 200, delayMaxMs: 1_000, dialsPerMinuteMax: 60, attemptsMax: Infinity },
      },
    });
    const asked: string[] = [];
    let cuts = 0;

    const ask = async () => {
      while (asked.length < QUESTIONS) {
        const number = asked.length + 1;
        const question = number % 10 === 0 ? `count to ${30 + number}` : `question ${number}`;
        asked.push(question);
        guest.client.send(question);
        await pause(200 * random());
      }
    };
    const cut = async () => {
      while (cuts < CUTS) {
        await pause(1_800 * random());
        if (guest.link.cut() > 0) cuts += 1;
      }
    };
    const killWorkers = async () => {
      for (let kill = 0; kill < WORKER_KILLS; kill += 1) {
        await pause(3_000);
        await django.killWorker();
        await django.startWorker();
      }
    };
    const restartServers = async () => {
      for (let restart = 0; restart < DAPHNE_RESTARTS; restart += 1) {
        await pause(6_000);
        await django.killDaphne();
        await django.restartDaphne();
      }
    };
    await Promise.all([ask(), cut(), killWorkers(), restartServers()]);
    expect(await guest.settles(2 * QUESTIONS, 60_000)).toBe(true);

    const questions = (await guest.history()).filter((line) => line.startsWith('user: '));
    expect(questions).toEqual(asked.map((question) => `user: ${question}`));
    await expectAsInHistory(guest);
    expect(guest.shown.length).toBe(2 * QUESTIONS);
    expect(cuts).toBe(CUTS);
    expect(new Set(guest.tokens).size).toBe(guest.tokens.length);
  });
});
