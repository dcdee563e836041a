/** The package as it is built, at a real Django: in a program in Node, and in Chromium on the backend's own page. */
import { type Browser, chromium } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { browserLaunch } from '../../scripts/find-browser.js';
import { buildPackage } from '../support/built-package.js';
import { type BuiltPackage, loadPackage, NodeSeat } from './support/node-seat.js';
import { PageSeat } from './support/page-seat.js';
import { type Account, FAMILIES, type Family, type Seat } from './support/seat.js';
import { Stage } from './support/stage.js';

const START_DEADLINE_MS = 120_000;
const SOON = { timeout: 20_000, interval: 50 };
/** In which the thread begins. */
const OPENING = 'Hello';
const SESSION_S = 3;

let theatre: Stage;
let built: BuiltPackage;
let browser: Browser;
let seat: Seat | null = null;

beforeAll(async () => {
  const packages = await buildPackage('django-built');
  theatre = new Stage({ page: { packages }, settings: { RETRY_DELAY_MS: '200' } });
  [built, browser] = await Promise.all([loadPackage(packages), chromium.launch(browserLaunch()), theatre.start()]);
}, START_DEADLINE_MS);
afterEach(async () => {
  await theatre.django.faults.clear();
  await seat?.leave();
});
afterAll(async () => {
  await browser?.close();
  await theatre?.django.stop();
}, START_DEADLINE_MS);

const PLACES = [
  { place: 'Node', take: (account: Account) => NodeSeat.take(built, theatre.django.url, account) },
  { place: 'Chromium', take: (account: Account) => PageSeat.take(browser, theatre.django.url, account) },
] as const;

describe.each(PLACES)('the built package in $place', ({ take }) => {
  /** Both chats, once the thread has begun. */
  async function sitDown(): Promise<Seat> {
    seat = await take({ name: theatre.newName(), password: theatre.django.password });
    await seat.say('thread', OPENING);
    return seat;
  }

  test('shows each answer once, to what was asked', async () => {
    const here = await sitDown();

    await answersOf(here, 'thread', [OPENING]);
    await askBoth(here, 'How are you?');

    await answersOf(here, 'streaming', ['How are you?']);
    await answersOf(here, 'thread', [OPENING, 'How are you?']);
  });

  test('DS-3 comes back after Daphne was killed, with what was said meanwhile', async () => {
    const { django } = theatre;
    // The other tests need it too.
    onTestFailed(() => django.restartDaphne());
    const here = await sitDown();
    await answersOf(here, 'thread', [OPENING]);
    await expectEach(here, 'status', 'open');

    await django.killDaphne();
    await expectEach(here, 'status', 'connecting');
    await askBoth(here, 'Anybody there?');
    await django.restartDaphne();

    await answersOf(here, 'streaming', ['Anybody there?']);
    await answersOf(here, 'thread', [OPENING, 'Anybody there?']);
    await expectEach(here, 'status', 'open');
  });

  test('UP-07 UP-09 outlives a token that ends, on a socket with a new one', async () => {
    const { faults } = theatre.django;
    await faults.set('access-token-s', SESSION_S);
    const here = await sitDown();
    await expectEach(here, 'opens', atLeast(1));
    await faults.clear();

    await expectEach(here, 'opens', atLeast(2));
    await expectEach(here, 'status', 'open');
    await askBoth(here, 'Still here?');

    await answersOf(here, 'streaming', ['Still here?']);
    await answersOf(here, 'thread', [OPENING, 'Still here?']);
  });

  test('UP-09 a bare 403: the thread’s client says that handshakes are refused, the assistant’s goes on without a socket, and both have one when it is over', async () => {
    const { faults } = theatre.django;
    await faults.arm('refuse-dial', 'always');
    await faults.arm('bare-403', 'always');
    const here = await sitDown();

    await expect.poll(() => here.errors('thread'), SOON).toEqual(['connection/refused']);
    await expect.poll(() => here.status('streaming'), SOON).toBe('open');
    expect(await here.opens('streaming')).toBe(0);
    await faults.clear();
    for (const family of FAMILIES) await here.reconnect(family);
    await expectEach(here, 'opens', atLeast(1));
    await askBoth(here, 'At last?');

    await answersOf(here, 'streaming', ['At last?']);
    await answersOf(here, 'thread', [OPENING, 'At last?']);
  });
});

const atLeast = (least: number) => expect.toSatisfy((count: number) => count >= least);

async function askBoth(here: Seat, text: string): Promise<void> {
  // One after the other: a browser has one mouse.
  for (const family of FAMILIES) await here.say(family, text);
}

/** Waits until these are answered, and expects no answer besides. */
async function answersOf(here: Seat, family: Family, questions: readonly string[]): Promise<void> {
  const answers = async () =>
    (await here.shown(family)).flatMap(({ role, content }) => (role === 'assistant' ? [content] : []));
  await expect.poll(answers, SOON).toEqual(questions.map((question) => `You said: ${question}`));
}

/** Of both families. */
async function expectEach(here: Seat, what: 'status' | 'opens', wanted: unknown): Promise<void> {
  for (const family of FAMILIES) await expect.poll(() => here[what](family), SOON).toEqual(wanted);
}
