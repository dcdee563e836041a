/** What a process keeps of a token, read from everything that is on its heap. The package is the built one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltPackage, buildPackage } from './built-package.js';
import { type Host, startMuteHost } from './hosts.js';
import { runProgram } from './run-program.js';

const TEST_MAX_MS = 60_000;
/** Look different in each of the places where a token travels. */
const TOKENS: readonly string[] = ['heap+token/5f1c9e77b2d4==', 'heap+other/9a3e770c41aa=='];

let built: BuiltPackage;
/** Takes any token, wherever it travels. */
let host: Host;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chatsocket-heap-'));
  [built, host] = await Promise.all([buildPackage(), startMuteHost()]);
}, TEST_MAX_MS);

afterAll(async () => {
  built.remove();
  rmSync(folder, { recursive: true, force: true });
  await host.close();
});

interface Story {
  readonly placement: 'subprotocol' | 'query' | 'first-frame';
  readonly life: 'open' | 'reconnected' | 'renewed' | 'closed';
  /** What the program holds by mistake, or what else does. */
  readonly held?: 'token' | 'request' | 'the socket of the platform';
}

describe('of a token that was shown to the server', () => {
  test.each<Story>([
    { placement: 'subprotocol', life: 'open' },
    { placement: 'subprotocol', life: 'reconnected' },
    { placement: 'subprotocol', life: 'renewed' },
    { placement: 'first-frame', life: 'open' },
    { placement: 'first-frame', life: 'reconnected' },
    { placement: 'first-frame', life: 'renewed' },
    // The socket itself holds its URL for as long as it is open.
    { placement: 'query', life: 'closed' },
  ])(
    'C3 UP-19 nothing is on the heap of a client that is $life, with the token in $placement',
    async (story) => {
      const { told, tokensFound } = await liveThrough(story);

      expect(told).toEqual({ status: story.life === 'closed' ? 'closed' : 'open', tokensLeft: 0, kept: 0 });
      expect(tokensFound).toBe(0);
    },
    TEST_MAX_MS,
  );

  test.each<Story>([
    { placement: 'subprotocol', life: 'open', held: 'token' },
    { placement: 'subprotocol', life: 'open', held: 'request' },
    { placement: 'subprotocol', life: 'renewed', held: 'token' },
    { placement: 'first-frame', life: 'reconnected', held: 'token' },
    { placement: 'query', life: 'closed', held: 'request' },
    { placement: 'query', life: 'open', held: 'the socket of the platform' },
  ])(
    'C3 UP-19 all is found where somebody holds it: $held, with the token in $placement, of a client that is $life',
    async (story) => {
      const { tokensShown, tokensFound } = await liveThrough(story);

      expect(tokensFound).toBe(tokensShown);
    },
    TEST_MAX_MS,
  );
});

async function liveThrough({ placement, life, held }: Story) {
  const tokens = life === 'open' || life === 'closed' ? TOKENS.slice(0, 1) : TOKENS;
  const snapshot = join(folder, 'heap.heapsnapshot');
  const files = tokens.map((token, index) => {
    const file = join(folder, `token-${index}`);
    writeFileSync(file, token);
    return file;
  });
  const args = [host.url, placement, life, held ?? 'nothing', snapshot, ...files];
  const told: unknown = JSON.parse(await runProgram(built.program('forget'), args, { flags: ['--expose-gc'] }));
  // The format is that of V8, whose file holds every string of the heap once.
  const { strings } = JSON.parse(readFileSync(snapshot, 'utf8')) as { readonly strings: readonly string[] };
  const isFound = (token: string) => formsOf(token).some((form) => strings.some((text) => text.includes(form)));
  return { told, tokensShown: tokens.length, tokensFound: tokens.filter(isFound).length };
}

function formsOf(token: string): readonly string[] {
  return [token, encodeURIComponent(token), Buffer.from(token).toString('base64url')];
}
