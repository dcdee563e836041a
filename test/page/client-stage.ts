/** A page with one client in a real browser, the reference server, a link between them that breaks on demand, and a friend who talks. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { WebSocket } from 'ws';
import { type FaultProxy, startFaultProxy } from '../../examples/play/fault-proxy.js';
import { type ChatServer, createChatServer } from '../../examples/server/shell/chat-server.js';
import { ChatSocketClient } from '../../src/index.js';
import { webSocketTransport } from '../../src/transports/web-socket.js';
import { bundlePage } from '../support/bundle-page.js';
import type { ClientTask, ClientTaskOptions } from './client-task.js';
import { ClientWindow } from './client-window.js';

const SHELL = '<!doctype html><title>Client</title><script src="/page.js" defer></script>';
const OTHER_PAGE = '<!doctype html><title>Elsewhere</title>';

export interface ClientStageTerms {
  readonly browser: Browser;
  /** From `bundleClientPage()`. */
  readonly script: string;
  readonly options?: ClientTaskOptions;
  /** Whether the client connects at once; default true. */
  readonly connects?: boolean;
}

export interface ClientStage {
  readonly window: ClientWindow;
  /** Between the page and the server. */
  readonly link: FaultProxy;
  readonly server: ChatServer;
  /** Another page of the same origin, without a client. */
  readonly otherPage: string;
  /** Another tab of the same browser, with a client of its own; resolves once it is open. */
  openTab(options: ClientTaskOptions): Promise<ClientWindow>;
  /** The friend says something; resolves when the server has it. */
  say(content: string): Promise<void>;
  close(): Promise<void>;
}

export function bundleClientPage(): Promise<string> {
  return bundlePage({ entry: fileURLToPath(new URL('./client-page.ts', import.meta.url)) });
}

/** Resolves once the client is open, or once it is made where it does not connect. */
export async function setClientStage(terms: ClientStageTerms): Promise<ClientStage> {
  const pages = createServer((request, response) => serve(request, response));
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  // A server that listens on a port has an AddressInfo, never a pipe's name.
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  const server = await createChatServer({
    secret: 'a secret for one test run',
    origins: [origin],
    // For the friend, who is no browser.
    allowMissingOrigin: true,
    isSecure: false,
    tokensPerMinute: 10_000,
  });
  const link = await startFaultProxy({ targetPort: server.address.port });
  const friend = befriend(server);
  const context = await terms.browser.newContext();
  const { connects = true, options = {} } = terms;
  const window = await openWindow(options);

  async function openWindow(taskOptions: ClientTaskOptions): Promise<ClientWindow> {
    const task: ClientTask = { url: `ws://127.0.0.1:${link.port}/ws`, connects, options: taskOptions };
    const opened = await ClientWindow.open(context, `${origin}/#${encodeURIComponent(JSON.stringify(task))}`);
    if (connects) await opened.untilOpen();
    return opened;
  }

  function serve({ url: path = '/' }: IncomingMessage, response: ServerResponse): void {
    const isScript = path === '/page.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    if (path === '/token') response.end(server.issueToken({ id: 'ada', name: 'Ada' }));
    else response.end(isScript ? terms.script : path === '/other' ? OTHER_PAGE : SHELL);
  }

  return {
    window,
    link,
    server,
    otherPage: `${origin}/other`,
    openTab: openWindow,
    async say(content) {
      await friend.send(content).acked;
    },
    async close() {
      friend.dispose();
      await context.close();
      await link.close();
      await server.close();
      pages.closeAllConnections();
      await new Promise((resolve) => pages.close(resolve));
    },
  };
}

function befriend(server: ChatServer): ChatSocketClient {
  const friend = new ChatSocketClient({
    url: `ws://127.0.0.1:${server.address.port}/ws`,
    conversationId: 'lobby',
    token: () => server.issueToken({ id: 'grace', name: 'Grace' }),
    transport: webSocketTransport({ webSocket: WebSocket }),
  });
  friend.connect();
  return friend;
}
