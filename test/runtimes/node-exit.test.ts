/** A Node process whose client was left ends by itself. The package is the built one, the sockets are real. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTarget, type Target } from '../play/sockets.js';
import { type BuiltPackage, buildPackage } from './built-package.js';
import { type Host, refusedUrl, startChatHost, startMuteHost } from './hosts.js';
import { runProgram } from './run-program.js';

const EXIT_MAX_MS = 200;

/** Longer than the client waits for the other side of a close. */
const TEST_MAX_MS = 30_000;

let built: BuiltPackage;
let host: Host;
let mute: Host;
/** Takes connections, and never answers what comes in on them. */
let deaf: Target;
let refused: string;

beforeAll(async () => {
  [built, host, mute, deaf] = await Promise.all([buildPackage(), startChatHost(), startMuteHost(), startTarget()]);
  refused = await refusedUrl();
}, TEST_MAX_MS);

afterAll(async () => {
  built.remove();
  await Promise.all([host.close(), mute.close(), deaf.close()]);
});

describe(
  'G11 I8 a process ends by itself',
  () => {
    test.each([
      ['close while open'],
      ['dispose while open'],
      ['logout while open'],
      ['close while dialling', () => `ws://127.0.0.1:${deaf.port}/`],
      ['dispose while dialling', () => `ws://127.0.0.1:${deaf.port}/`],
      ['logout while dialling', () => `ws://127.0.0.1:${deaf.port}/`],
      ['close while waiting', () => refused],
      ['dispose while waiting', () => refused],
      ['logout while waiting', () => refused],
      ['close while its token is fetched'],
      ['dispose while its token is fetched'],
      ['dispose while open, on a server that is silent', () => mute.url],
    ])('within 200 ms after: %s', async (how, url = () => host.url) => {
      const { afterCallMs } = await leave(how, url());

      expect(afterCallMs).toBeLessThanOrEqual(EXIT_MAX_MS);
    });

    test.each(['close', 'logout'])(
      'within 200 ms after the promise of %s(), where the server never answers the close',
      async (way) => {
        const { afterCallMs, afterSettlingMs } = await leave(`${way} while open`, mute.url);

        expect(afterSettlingMs).toBeLessThanOrEqual(EXIT_MAX_MS);
        expect(afterCallMs).toBeLessThanOrEqual(3_000 + 2 * EXIT_MAX_MS);
      },
    );
  },
  TEST_MAX_MS,
);

async function leave(how: string, url: string): Promise<{ afterCallMs: number; afterSettlingMs: number }> {
  const [token = ''] = host.tokens(1);
  // The program writes this and nothing else.
  return JSON.parse(await runProgram(built.program('leave'), [how, url, token])) as {
    afterCallMs: number;
    afterSettlingMs: number;
  };
}
