/** The page of the example in a real browser, while others talk: how long a message takes from its frame to its row. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import { startFront } from '../../../examples/play/front.js';
import { buildPage, isPageStale, type PageFolders } from '../../../examples/play/page-build.js';
import { ServerProcess } from '../../../examples/play/running-server.js';
import { fetchToken, logIn } from '../../../examples/play/script/account.js';
import { SHARED_ROOMS } from '../../../examples/web/src/rooms.js';
import { browserLaunch } from '../../find-browser.js';
import type { Bundle } from '../bundle.js';
import { type LoadSocket, openLoadSocket } from './load-socket.js';
import { contentOf, type TalkOrder } from './orders.js';
import type { RenderedRow } from './page-probe.js';
import { othersShareOf, type Round, roundsUntilQuiet, sampleProcessors } from './quiet.js';
import { talk } from './talk.js';

export const PROBE_ENTRY = new URL('./page-probe.ts', import.meta.url);

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDERS: PageFolders = {
  source: join(PROJECT, 'examples/web'),
  library: join(PROJECT, 'src'),
  build: join(PROJECT, 'examples/web/build'),
};
const TALKERS = 5;
const [ROOM] = SHARED_ROOMS;
/** Of a user; the talkers stay below. */
const MESSAGES_PER_SECOND = 1_000;
const ROWS_DEADLINE_MS = 10_000;

/** What the page keeps of a conversation; it is full before anything counts. */
const ROWS_KEPT = 500;

export interface PageRound extends Round {
  /** Messages that the page had to show. */
  readonly sent: number;
  readonly rows: readonly RenderedRow[];
}

/** Everything that was started, the last first. */
type Ends = (() => Promise<unknown>)[];

export async function measurePage(
  built: Bundle,
  quietRounds: number,
  order: Omit<TalkOrder, 'type' | 'round'>,
): Promise<readonly PageRound[]> {
  const ends: Ends = [];
  try {
    const { address, serverUrl } = await startHouse(ends);
    const browser: Browser = await chromium.launch(browserLaunch());
    ends.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
    await page.addInitScript({ path: built.file(PROBE_ENTRY) });
    await page.goto(address);
    await page.getByTestId('status').filter({ hasText: 'Connected' }).waitFor();
    const talkers = await Promise.all(Array.from({ length: TALKERS }, (_, index) => openTalker(serverUrl, index)));
    ends.push(async () => {
      for (const talker of talkers) talker.close();
    });
    return await roundsUntilQuiet(quietRounds, (round) => {
      // The first round fills the list.
      const warmUpMs = round === 0 ? (1_000 * ROWS_KEPT) / order.perSecond : order.warmUpMs;
      return talkBefore(page, talkers, { ...order, round, warmUpMs, seed: order.seed + round });
    });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** The page, the server, and the front that they share, as `npm start` has them. */
async function startHouse(ends: Ends): Promise<{ readonly address: string; readonly serverUrl: string }> {
  if (await isPageStale(FOLDERS)) await buildPage(FOLDERS);
  const directory = await mkdtemp(join(tmpdir(), 'chatsocket-bench-page-'));
  ends.push(() => rm(directory, { recursive: true, force: true }));
  const front = await startFront({ port: 0, pageFolder: FOLDERS.build });
  ends.push(() => front.close());
  const server = await ServerProcess.start({
    dataDirectory: join(directory, 'messages'),
    secret: 'a secret for one run of a bench',
    origins: front.origins,
    flags: [
      '--allow-missing-origin',
      ...['--rooms', SHARED_ROOMS.map(({ id }) => id).join(',')],
      ...['--messages-per-second', String(MESSAGES_PER_SECOND)],
    ],
    onTrouble: (line) => process.stderr.write(`${line}\n`),
  });
  ends.push(() => server.stop());
  front.attach(server);
  return { address: `http://127.0.0.1:${front.port}`, serverUrl: `http://127.0.0.1:${server.port}` };
}

async function openTalker(serverUrl: string, index: number): Promise<LoadSocket> {
  const account = await logIn(serverUrl, `Talker ${index}`);
  const token = await fetchToken(serverUrl, account);
  return openLoadSocket({ url: `${serverUrl.replace(/^http/, 'ws')}/ws`, token, conversationId: ROOM.id });
}

async function talkBefore(
  page: Page,
  talkers: readonly LoadSocket[],
  order: Omit<TalkOrder, 'type'>,
): Promise<PageRound> {
  const before = sampleProcessors();
  const { sent } = await talk(talkers, order);
  const rows = await rowsOf(page, order.round, sent);
  return { sent, rows, othersShare: othersShareOf(before, sampleProcessors()) };
}

async function rowsOf(page: Page, round: number, sent: number): Promise<readonly RenderedRow[]> {
  const contents = Array.from({ length: sent }, (_, place) => contentOf(round, place));
  const isDone = (awaited: readonly string[]) => awaited.every((content) => window.chatsocketRows.has(content));
  await page.waitForFunction(isDone, contents, { timeout: ROWS_DEADLINE_MS }).catch(() => undefined);
  const rows = new Map(await page.evaluate(() => [...window.chatsocketRows]));
  return contents.flatMap((content) => rows.get(content) ?? []);
}
