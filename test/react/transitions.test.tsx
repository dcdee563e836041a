// @vitest-environment jsdom
import { act, render } from '@testing-library/react';
import { useChatSocket } from 'chatsocket/react';
import { startTransition, useEffect, useState } from 'react';
import { expect, test, vi } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import type { ManualClock, MockStream } from '../../src/testing/index.js';
import { createBench, watchReact } from './bench.js';

watchReact();

/** Longer to render than several of the client's notifications are apart. */
const PARTS = 150;
const PART_MS = 2;
const DEADLINE_MS = 10_000;

interface Visit {
  partRenders: number[];
  isOver: boolean;
  go: (page: 'chat' | 'report') => void;
}

function Part({ index, visit }: { readonly index: number; readonly visit: Visit }) {
  visit.partRenders[index] = (visit.partRenders[index] ?? 0) + 1;
  const endsAt = performance.now() + PART_MS;
  while (performance.now() < endsAt);
  return <li>{index}</li>;
}

function Report({ visit }: { readonly visit: Visit }) {
  useEffect(() => {
    visit.isOver = true;
  });
  return (
    <ul>
      {Array.from({ length: PARTS }, (_, index) => (
        <Part key={String(index)} index={index} visit={visit} />
      ))}
    </ul>
  );
}

function Pages({ client, visit }: { readonly client: ChatSocketClient; readonly visit: Visit }) {
  const [page, go] = useState<'chat' | 'report'>('chat');
  useEffect(() => {
    visit.go = go;
  });
  return (
    <>
      <Answer client={client} />
      {page === 'report' && <Report visit={visit} />}
    </>
  );
}

function Answer({ client }: { readonly client: ChatSocketClient }) {
  return <p>{useChatSocket({ client }).messages.at(-1)?.content.length}</p>;
}

test('UP-17 a transition is not started over by an answer that streams meanwhile', { timeout: 20_000 }, async () => {
  const { makeClient, server, clock, settle } = createBench();
  const client = makeClient();
  client.connect();
  await settle();
  const visit: Visit = { partRenders: [], isOver: false, go: () => {} };
  const { container } = await act(async () =>
    render(<Pages client={client} visit={visit} />, { reactStrictMode: false }),
  );
  const stream = server.startStream();
  // From here on React works as it does on a page: in slices, with the stream between them.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false);

  startTransition(() => visit.go('report'));
  const commits = await streamUntil(() => visit.isOver, { stream, clock, client });

  expect(commits).toBeGreaterThan(3);
  expect(visit.partRenders).toEqual(Array(PARTS).fill(1));
  expect(container.textContent).toContain('149');
  await act(async () => client.dispose());
});

/** Streams about a thousand chunks a second; returns how often the client told of a change meanwhile. */
async function streamUntil(isOver: () => boolean, { stream, clock, client }: Streaming): Promise<number> {
  const beganAtMs = performance.now();
  let passedMs = 0;
  let toldCount = 0;
  const stop = client.subscribe(() => {
    toldCount += 1;
  });
  while (!isOver()) {
    if (passedMs > DEADLINE_MS) throw new Error(`Not over after ${passedMs} ms and ${toldCount} notifications.`);
    stream.write('token ');
    await new Promise((resolve) => setImmediate(resolve));
    const nowMs = performance.now() - beganAtMs;
    clock.advanceNow(nowMs - passedMs);
    passedMs = nowMs;
  }
  stop();
  return toldCount;
}

interface Streaming {
  readonly stream: MockStream;
  readonly clock: ManualClock;
  readonly client: ChatSocketClient;
}
