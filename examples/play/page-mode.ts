/** `npm start`: the server, the page and the faults between them, behind one address. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHARED_ROOMS } from '../web/src/rooms.js';
import { PORT_DEFAULT } from './arguments.js';
import type { CleanUp } from './clean-up.js';
import { type Front, startFront } from './front.js';
import { buildPage, isPageStale, type PageFolders } from './page-build.js';
import { ServerProcess } from './server-process.js';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS: PageFolders = {
  source: join(PROJECT, 'examples/web'),
  library: join(PROJECT, 'src'),
  build: join(PROJECT, 'examples/web/build'),
};

/** Ports tried after the default one. */
const PORTS_TRIED = 50;

/** A reason that the user can do something about, told in one line without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export interface PageMode {
  readonly port: number | null;
  readonly cleanUp: CleanUp;
  readonly print: (line: string) => void;
}

/** Resolves with the address once the page chats. Rejects with `StartError` where the user has to act. */
export async function startPage({ port, cleanUp, print }: PageMode): Promise<string> {
  const front = await takePort(port);
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

async function takePort(wanted: number | null): Promise<Front> {
  const lastPort = wanted ?? PORT_DEFAULT + PORTS_TRIED;
  for (let port = wanted ?? PORT_DEFAULT; ; port += 1) {
    try {
      return await startFront({ port, pageFolder: FOLDERS.build });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code === 'EADDRINUSE' && port < lastPort) continue;
      throw portError(port, wanted, code) ?? error;
    }
  }
}

function portError(port: number, wanted: number | null, code: unknown): StartError | null {
  if (code === 'EACCES') {
    return new StartError(`Port ${port} needs rights that this user does not have. Choose one above 1023 with --port.`);
  }
  if (code !== 'EADDRINUSE') return null;
  if (wanted === null) {
    return new StartError(`Ports ${PORT_DEFAULT} to ${port} are all taken. Choose a free one with --port.`);
  }
  return new StartError(
    `Port ${port} is taken. Stop what listens there, choose another port, or leave --port out to get a free one.`,
  );
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
