import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Front } from '../../examples/play/front.js';
import { listenOnLoopback } from '../../examples/play/listen.js';
import { StartError, takePort } from '../../examples/play/take-port.js';

const servers: Server[] = [];
const fronts: Front[] = [];

afterEach(async () => {
  for (const front of fronts.splice(0)) await front.close();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function occupy(): Promise<number> {
  const server = createServer();
  servers.push(server);
  return listenOnLoopback(server, 0);
}

async function take(wanted: number | null, first: number): Promise<Front> {
  const front = await takePort({ wanted, first, pageFolder: '.' });
  fronts.push(front);
  return front;
}

test('the first free port from the default on is taken', async () => {
  const taken = await occupy();

  const front = await take(null, taken);

  expect(front.port).toBeGreaterThan(taken);
  expect(front.port).toBeLessThanOrEqual(taken + 50);
  expect(front.origins).toEqual([`http://127.0.0.1:${front.port}`, `http://localhost:${front.port}`]);
});

test('a port that was asked for is never swapped for another', async () => {
  const taken = await occupy();

  await expect(take(taken, 1)).rejects.toThrow(
    new StartError(
      `Port ${taken} is taken. Stop what listens there, choose another port, or leave --port out to get a free one.`,
    ),
  );
});
