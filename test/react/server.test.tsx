/** Runs in Node, where there is no page. */
import { Writable } from 'node:stream';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBench } from './bench.js';

const PAGE_GLOBALS = ['window', 'document', 'navigator', 'WebSocket', 'localStorage', 'sessionStorage'] as const;

beforeEach(() => {
  vi.resetModules();
  for (const name of PAGE_GLOBALS) vi.stubGlobal(name, undefined);
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

afterEach(() => {
  const said = vi.mocked(console.error).mock.calls;
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  expect(said).toEqual([]);
});

/** The hooks are loaded only now, when the names of a page are gone. */
async function loadPage() {
  const { ServerPage } = await import('./server-page.js');
  return ServerPage;
}

test('UP-51 renders to a string without any global of a page, and dials nothing', async () => {
  const { transport, clock, options } = createBench();
  let tokenCount = 0;
  const token = () => {
    tokenCount += 1;
    return 'token';
  };
  const Page = await loadPage();

  const html = renderToString(<Page options={{ ...options, token }} />);
  await clock.advance(10_000);

  expect(html).toBe('<i>closed</i><p>closed 0 false closed</p>');
  expect(transport.connections).toHaveLength(0);
  expect(tokenCount).toBe(0);
  expect(clock.pendingTimers()).toEqual([]);
});

test('UP-51 renders with the defaults of the platform, which has no WebSocket', async () => {
  const Page = await loadPage();

  const html = renderToString(<Page options={{ url: 'wss://chat.example.com/ws' }} />);

  expect(html).toContain('closed 0 false closed');
});

test('UP-51 renders to a stream', async () => {
  const { transport, clock, options } = createBench();
  const Page = await loadPage();

  const html = await new Promise<string>((resolve, reject) => {
    let text = '';
    const page = new Writable({
      write: (chunk: Buffer, _encoding, next) => {
        text += chunk.toString();
        next();
      },
      final: (done) => {
        resolve(text);
        done();
      },
    });
    const { pipe } = renderToPipeableStream(<Page options={options} />, {
      onAllReady: () => pipe(page),
      onError: reject,
    });
  });
  await clock.advance(10_000);

  expect(html).toContain('<i>closed</i>');
  expect(transport.connections).toHaveLength(0);
});
