/** The real server, the real front with its faults, the built page and a real browser, for one test file. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright';
import { startFront } from '../../examples/play/front.js';
import { buildPage, isPageStale, type PageFolders } from '../../examples/play/page-build.js';
import { ServerProcess } from '../../examples/play/running-server.js';
import { SHARED_ROOMS } from '../../examples/web/src/rooms.js';
import { browserLaunch } from '../../scripts/find-browser.js';
import { ChatWindow } from './chat-window.js';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS: PageFolders = {
  source: join(PROJECT, 'examples/web'),
  library: join(PROJECT, 'src'),
  build: join(PROJECT, 'examples/web/build'),
};

export interface Stage {
  readonly browser: Browser;
  readonly address: string;
  /** A window of a person in a browser profile of their own. */
  openWindow(name: string, options?: BrowserContextOptions): Promise<ChatWindow>;
  close(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  if (await isPageStale(FOLDERS)) await buildPage(FOLDERS);
  const directory = await mkdtemp(join(tmpdir(), 'chatsocket-page-'));
  const front = await startFront({ port: 0, pageFolder: FOLDERS.build });
  const server = await ServerProcess.start({
    dataDirectory: join(directory, 'messages'),
    secret: 'a secret for one test run',
    origins: front.origins,
    flags: ['--dev-controls', '--rooms', SHARED_ROOMS.map(({ id }) => id).join(',')],
    onTrouble: (line) => process.stderr.write(`${line}\n`),
  });
  front.attach(server);
  const browser = await chromium.launch(browserLaunch());
  const address = `http://127.0.0.1:${front.port}`;

  return {
    browser,
    address,
    async openWindow(name, options = { viewport: { width: 1280, height: 800 } }) {
      const context = await browser.newContext({ locale: 'en-GB', ...options });
      return ChatWindow.open(await context.newPage(), address, name);
    },
    async close() {
      await browser.close();
      await server.stop();
      await front.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
