/** `npm start`: the server, the page and the faults between them, behind one address. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHARED_ROOMS } from '../web/src/rooms.js';
import { PORT_DEFAULT } from './arguments.js';
import type { CleanUp } from './clean-up.js';
import { buildPage, isPageStale, type PageFolders } from './page-build.js';
import { ServerProcess } from './running-server.js';
import { takePort } from './take-port.js';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS: PageFolders = {
  source: join(PROJECT, 'examples/web'),
  library: join(PROJECT, 'src'),
  build: join(PROJECT, 'examples/web/build'),
};

export interface PageMode {
  readonly port: number | null;
  readonly cleanUp: CleanUp;
  readonly print: (line: string) => void;
}

/** Resolves with the address once the page chats. Rejects with `StartError` where the user has to act. */
export async function startPage({ port, cleanUp, print }: PageMode): Promise<string> {
  const front = await takePort({ wanted: port, first: PORT_DEFAULT, pageFolder: FOLDERS.build });
  cleanUp.add(() => front.close());
  if (await isPageStale(FOLDERS)) {
    print('Building the page; this takes a few seconds.');
    await buildPage(FOLDERS);
  }
  const dataDirectory = join(PROJECT, '.chatsocket', `port-${front.port}`);
  await mkdir(dataDirectory, { recursive: true });
  const server = await ServerProcess.start({
    dataDirectory: join(dataDirectory, 'messages'),
    secret: await keepSecret(join(dataDirectory, 'session-secret')),
    origins: front.origins,
    flags: ['--dev-controls', '--rooms', SHARED_ROOMS.map(({ id }) => id).join(',')],
    onTrouble: print,
  });
  cleanUp.add(() => server.stop());
  front.attach(server);
  return `http://127.0.0.1:${front.port}`;
}

/** Kept beside the messages, so that a page that is still open is still logged in after the next start. */
async function keepSecret(path: string): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  try {
    await writeFile(path, secret, { flag: 'wx', mode: 0o600 });
    return secret;
  } catch {
    return readFile(path, 'utf8');
  }
}
