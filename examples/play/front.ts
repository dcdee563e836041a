/** The one address of the demonstration: the page, the chat server behind it, and the faults in between. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { answerText } from './answer.js';
import { serveFaults } from './fault-routes.js';
import { forwardRequest, forwardUpgrade } from './forward.js';
import { createLinkSet, type LinkSet } from './link-set.js';
import { listenOnLoopback } from './listen.js';
import { pageOrigins, readLoopbackHost, securityHeaders } from './security-headers.js';
import { serveFile } from './static-files.js';

export interface FrontOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** The folder of the built page. */
  readonly pageFolder: string;
}

/** The chat server as the front sees it. */
export interface Backend {
  readonly port: number;
  /** Resolves when the server listens again. */
  restart(): Promise<void>;
}

export interface Front {
  readonly port: number;
  /** The origins that the chat server has to allow. */
  readonly origins: readonly string[];
  readonly links: LinkSet;
  /** Until this is called, everything but the page answers 503. */
  attach(backend: Backend): void;
  /** Stops listening and cuts every link; resolves when nothing is left. */
  close(): Promise<void>;
}

/** Rejects with `EADDRINUSE` where the port is taken. Listens on 127.0.0.1 only. */
export async function startFront({ port: wantedPort, pageFolder }: FrontOptions): Promise<Front> {
  const links = createLinkSet();
  const listening = createServer();
  const port = await listenOnLoopback(listening, wantedPort);
  const origins = pageOrigins(port);
  let backend: Backend | null = null;

  listening.on('request', (request, response) => {
    serve(request, response, { port, pageFolder, origins, links, backend }).catch(() => response.destroy());
  });
  listening.on('upgrade', (request, client, head) => {
    openLink(request, client, { head, port, links, backend });
  });

  return {
    port,
    origins,
    links,
    attach(attached) {
      backend = attached;
    },
    close: () => closeFront(listening, links),
  };
}

interface Scene {
  readonly port: number;
  readonly pageFolder: string;
  readonly origins: readonly string[];
  readonly links: LinkSet;
  readonly backend: Backend | null;
}

async function serve(request: IncomingMessage, response: ServerResponse, scene: Scene): Promise<void> {
  const host = readLoopbackHost(request.headers.host, scene.port);
  if (host === null) {
    answerText(response, { status: 421 }, 'This address serves its own machine only.');
    return;
  }
  const headers = securityHeaders(host);
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (!isForBackend(path)) {
    await serveFile(request, response, { path, folder: scene.pageFolder, headers });
    return;
  }
  const { origin } = request.headers;
  if (origin !== undefined && !scene.origins.includes(origin)) {
    answerText(response, { status: 403, headers }, 'Only the page of this address may ask for that.');
  } else if (scene.backend === null) {
    answerText(
      response,
      { status: 503, headers: { ...headers, 'retry-after': 1 } },
      'The chat server is still starting.',
    );
  } else if (path === '/faults' || path.startsWith('/faults/')) {
    const { backend, links } = scene;
    await serveFaults(request, response, { links, restartServer: () => backend.restart(), headers });
  } else {
    forwardRequest(request, response, { serverPort: scene.backend.port, headers });
  }
}

const BACKEND_PATHS: ReadonlySet<string> = new Set(['/session', '/ws-token', '/conversations', '/health', '/faults']);

function isForBackend(path: string): boolean {
  return BACKEND_PATHS.has(path) || path.startsWith('/dev/') || path.startsWith('/faults/');
}

interface LinkScene {
  readonly head: Buffer;
  readonly port: number;
  readonly links: LinkSet;
  readonly backend: Backend | null;
}

/** `/ws?user=<id>`: the query says whose link it is, for the faults; the server never sees it. Origins are the server's to judge. */
function openLink(request: IncomingMessage, client: Duplex, { head, port, links, backend }: LinkScene): void {
  const [path, query = ''] = (request.url ?? '').split('?', 2);
  const isWelcome = path === '/ws' && readLoopbackHost(request.headers.host, port) !== null;
  if (!isWelcome || backend === null || !(client instanceof Socket)) {
    client.on('error', () => undefined);
    client.end(`HTTP/1.1 ${isWelcome ? '503 Service Unavailable' : '404 Not Found'}\r\nconnection: close\r\n\r\n`);
    return;
  }
  const parameters = new URLSearchParams(query);
  const key = parameters.get('user');
  parameters.delete('user');
  const target = parameters.size === 0 ? path : `${path}?${parameters}`;
  const server = forwardUpgrade({ request, target, head, serverPort: backend.port });
  links.add({ client, server, key });
}

async function closeFront(listening: Server, links: LinkSet): Promise<void> {
  const closed = new Promise<void>((resolve) => listening.close(() => resolve()));
  await links.close();
  listening.closeAllConnections();
  await closed;
}
