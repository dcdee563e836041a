/** The built package on Node: with the class of `ws`, with the socket of newer Nodes, in a worker, and in a page of jsdom. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNodes } from '../../scripts/ensure-nodes.js';
import { type BuiltPackage, buildPackage } from './built-package.js';
import { type Host, startChatHost } from './hosts.js';
import { runProgram } from './run-program.js';

const TEST_MAX_MS = 60_000;
const SHOWN = ['first', 'second'];
const NODES = findNodes();
const [ownNode] = NODES;
const WITH_SOCKET = NODES.filter(({ hasWebSocket }) => hasWebSocket);

let built: BuiltPackage;
let host: Host;

beforeAll(async () => {
  console.log(
    `Node ${NODES.map(({ version, hasWebSocket }) => `${version}${hasWebSocket ? ' (with WebSocket)' : ''}`).join(', ')}`,
  );
  [built, host] = await Promise.all([buildPackage(), startChatHost()]);
}, TEST_MAX_MS);

afterAll(async () => {
  built.remove();
  await host.close();
});

describe('a chat', () => {
  test.each(NODES)(
    'goes over the class of ws on Node $version',
    async ({ version, path }) => {
      const told = await chat('ws', path);

      expect(told).toEqual({ node: version, webSocket: 'ws', shown: SHOWN });
    },
    TEST_MAX_MS,
  );

  test.each(NODES)(
    "goes over Node's own WebSocket where there is one, else it says what to do: $version",
    async (node) => {
      const told = chat('built-in', node.path);

      if (node.hasWebSocket) expect(await told).toEqual({ node: node.version, webSocket: 'built-in', shown: SHOWN });
      else await expect(told).rejects.toThrow(/this platform has no WebSocket. On Node 20 pass the class of `ws`/);
    },
    TEST_MAX_MS,
  );

  test.each(['ws', ...(ownNode?.hasWebSocket ? ['built-in'] : [])])(
    'goes on in a worker, which then ends: %s',
    async (webSocket) => {
      const told = await runProgram(built.program('chat-in-worker'), [
        webSocket,
        host.url,
        host.room(),
        ...host.tokens(2),
      ]);

      expect(JSON.parse(told)).toMatchObject({ webSocket, shown: SHOWN });
    },
    TEST_MAX_MS,
  );

  test(
    'UP-51 goes on in a page of jsdom, whose listeners are let go, though the package was loaded without a page',
    async () => {
      const told = await runProgram(built.program('chat-in-jsdom'), [
        host.url,
        host.room(),
        host.origin,
        ...host.tokens(2),
      ]);

      const report: unknown = JSON.parse(told);
      expect(report).toEqual({ shown: SHOWN, listenersMost: 8, listenersLeft: 0 });
    },
    TEST_MAX_MS,
  );
});

test('a Node with a WebSocket of its own is there in CI', () => {
  const isDemanded = process.env['CI'] !== undefined;

  expect(WITH_SOCKET.length).toBeGreaterThanOrEqual(isDemanded ? 1 : 0);
});

async function chat(webSocket: 'ws' | 'built-in', node: string): Promise<unknown> {
  return JSON.parse(
    await runProgram(built.program('chat'), [webSocket, host.url, host.room(), ...host.tokens(2)], { node }),
  );
}
