/**
 * A canary in every pit: the token, and the query of the URL, are quoted by whoever can quote them, on every way to
 * every error, wherever the token travels; and nothing that comes out of the client holds them.
 */
import { describe, expect, test } from 'vitest';
import { ERROR_FIELDS } from '../../scripts/error-fields.js';
import { ERROR_CODES } from '../../src/errors/codes.js';
import type { ChatSocketErrorCode } from '../../src/index.js';
import type { TokenPlacement } from '../../src/ports/protocol.js';
import { BEGINNINGS, hasTextOfMessage, QUOTE, quotingError, secretsIn, show, TEXT, TOKEN } from './canary.js';
import { CONNECTION_PATHS, OTHER_CONNECTION_PATHS } from './connection-paths.js';
import { MESSAGE_PATHS, OTHER_MESSAGE_PATHS } from './message-paths.js';
import type { Path } from './path.js';
import { openScene, type Scene, SINKS, type Sink, textOf } from './scene.js';
import { OTHER_THREAD_PATHS } from './thread-paths.js';
import { USAGE_PATHS } from './usage-paths.js';

/** A code without a way to it is a fault of the types here, and of the first test as well. */
const PATHS: Readonly<Record<ChatSocketErrorCode, readonly Path[]>> = {
  ...CONNECTION_PATHS,
  ...MESSAGE_PATHS,
  ...USAGE_PATHS,
};

const PLACES: readonly TokenPlacement[] = ['subprotocol', 'first-frame', { query: 'token' }, 'none'];

const WAYS = Object.entries(PATHS).flatMap(([code, paths]) => paths.map((path) => ({ code, ...path })));

async function play({ before, happen, ...options }: Path, tokenIn: TokenPlacement): Promise<Scene> {
  const scene = openScene({ ...options, tokenIn });
  await before?.(scene);
  await scene.open();
  await scene.breathe();
  await happen?.(scene);
  await scene.pass(40_000);
  await scene.end();
  return scene;
}

/** Where nobody should find what was said. */
const SPEECHLESS: readonly Sink[] = [
  'the log',
  'the console',
  'an error',
  'a rejection',
  'an unhandled rejection',
  'a thrown error',
  'the metrics',
  'the explanation',
  'the tab channel',
];

/** Where a secret came out, and which. */
function leaksOf({ seen }: Scene): readonly string[] {
  return [...seen].flatMap(([sink, values]) => {
    const text = textOf(values);
    const said = SPEECHLESS.includes(sink) && hasTextOfMessage(text) ? ['the text of a message'] : [];
    return [...secretsIn(text), ...said].map((secret) => `${sink}: ${secret}`);
  });
}

/** Named facts that the page of errors does not name. */
function unlistedFieldsOf(scene: Scene): readonly string[] {
  return scene.errors().flatMap(({ code, fields }) => {
    const listed = Object.keys(ERROR_FIELDS[code] ?? {});
    return Object.keys(fields).flatMap((name) => (listed.includes(name) ? [] : [`${code}: ${name}`]));
  });
}

test('UP-19 C2 I12 every error in the registry has a way to it', () => {
  expect(Object.keys(PATHS).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  for (const paths of Object.values(PATHS)) expect(paths.length).toBeGreaterThan(0);
});

describe.each(PLACES)('with the token in %j', (tokenIn) => {
  test.each(WAYS)('UP-19 C2 C3 I12 $code, when $what, holds no secret', async ({ code, ...path }) => {
    const scene = await play(path, tokenIn);

    expect([...scene.codes()]).toContain(code);
    expect(leaksOf(scene)).toEqual([]);
    expect(unlistedFieldsOf(scene)).toEqual([]);
  });

  test.each([...OTHER_CONNECTION_PATHS, ...OTHER_MESSAGE_PATHS, ...OTHER_THREAD_PATHS])(
    'UP-19 C2 C3 C16 I12 nothing holds a secret when $what',
    async (path) => {
      const scene = await play(path, tokenIn);

      expect(leaksOf(scene)).toEqual([]);
    },
  );
});

describe('the canary', () => {
  test.each(SINKS)('UP-19 C2 C3 I12 is found in %s', async (sink) => {
    const scene = await play({ what: 'nothing goes wrong', happen: ({ plant }) => plant(sink, TOKEN) }, 'subprotocol');

    expect(leaksOf(scene)).toEqual([`${sink}: ${TOKEN.slice(0, 12)}`]);
  });

  test.each(SPEECHLESS)('UP-19 C2 I12 of what was said is found in %s', async (sink) => {
    const scene = await play({ what: 'nothing goes wrong', happen: ({ plant }) => plant(sink, TEXT) }, 'subprotocol');

    expect(leaksOf(scene)).toEqual([`${sink}: the text of a message`]);
  });

  test('UP-19 C2 I12 is found wherever an error can hold it', () => {
    const places: Readonly<Record<string, unknown>> = {
      message: new Error(TOKEN),
      cause: new Error('', { cause: new Error('', { cause: TOKEN }) }),
      stack: Object.assign(new Error(), { stack: TOKEN }),
      name: Object.assign(new Error(), { name: TOKEN }),
      field: Object.assign(new Error(), { config: { headers: { authorization: TOKEN } } }),
      hidden: Object.defineProperty(new Error(), 'hidden', { value: TOKEN }),
      symbol: Object.assign(new Error(), { [Symbol(TOKEN)]: 1 }),
      map: Object.assign(new Error(), { map: new Map([[TOKEN, 1]]) }),
      all: new AggregateError([quotingError()]),
      json: { toJSON: () => TOKEN },
      quote: QUOTE,
    };

    const missed = Object.entries(places).filter(([, value]) => secretsIn(show(value)).length === 0);

    expect(missed).toEqual([]);
    expect(secretsIn('nothing of it')).toEqual([]);
    expect(BEGINNINGS.length).toBeGreaterThanOrEqual(5);
  });
});
