import { expect, test } from 'vitest';
import { isChatSocketError } from '../../src/index.js';
import { makeClient, textsOf } from './stage/browser-chat.js';
import { Stage } from './stage/stage.js';
import { frameStrictPage } from './stage/strict-frame.js';
import { until } from './stage/until.js';
import { watchSockets } from './stage/watched-sockets.js';

const ELSEWHERE = 'https://chat.example';

test('S1 UP-09 refuses a page of another origin, which reads 0 messages and learns what to check', async () => {
  const stage = await Stage.openForTest();
  const { url } = await stage.ask('startChat', [ELSEWHERE]);
  await stage.ask('say', 'Grace', 'Not for every page');
  const sockets = watchSockets();
  const client = makeClient(stage, 'Mallory', url);
  const errors: unknown[] = [];
  const dialsAtError: number[] = [];
  client.on('error', ({ error }) => {
    errors.push(error);
    dialsAtError.push(sockets.length);
  });

  client.connect();
  await until({
    what: 'the fifth dial',
    watch: (look) => client.on('status-changed', look),
    isThere: () => sockets.length === 5,
  });

  expect(dialsAtError).toEqual([3]);
  expect(errors.map((error) => isChatSocketError(error, 'connection/refused'))).toEqual([true]);
  expect(client.explain().cause).toMatchObject({ code: 1006, everOpened: false, diagnosis: 'handshake-refused' });
  expect(client.explain().advice).toMatchInlineSnapshot(`
    [
      "The handshake was refused several times and browsers hide why (code 1006).",
      "Check the URL and path, the allowed origins, the token, and that a proxy passes the upgrade on.",
      "A server that accepts first and closes with 4401 or 4403 after lets the client know the reason.",
    ]
  `);
  expect(textsOf(client)).toEqual([]);
  expect(new Set(await stage.ask('refusals'))).toEqual(new Set([`403 ${location.origin}`]));
  expect(await stage.ask('connectionCount')).toBe(0);
});

test.each([
  ['of another port', 'own'],
  ['without an origin', 'none'],
] as const)('S1 refuses a frame %s in spite of a good token', async (_what, origin) => {
  const stage = await Stage.openForTest();
  const page = await stage.ask('openStrictPage');
  const allowed = origin === 'own' ? [location.origin] : [location.origin, new URL(page).origin];
  const { url } = await stage.ask('startChat', allowed);
  await stage.ask('say', 'Grace', 'Not for every page');
  const tokens = [await stage.ask('issueToken', 'Mallory'), await stage.ask('issueToken', 'Mallory')] as const;

  const told = await frameStrictPage(page, { url, tokens, says: ['Let me in', 'Now'] }, { origin });

  const sent = origin === 'own' ? new URL(page).origin : 'null';
  expect(told).toMatchObject({ outcome: 'refused', exceptions: [] });
  expect(told.shown.filter((text) => text !== 'Let me in')).toEqual([]);
  expect(new Set(await stage.ask('refusals'))).toEqual(new Set([`403 ${sent}`]));
  expect(await stage.ask('connectionCount')).toBe(0);
});
