/** How the client recognises secrets that it does not keep. That it looks everywhere is for test/canary to show. */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Secrets } from '../../src/client/secrets.js';

const TOKEN = 'canary+token/5f1c9e==';

function knowing(...tokens: readonly string[]): Secrets {
  const secrets = new Secrets();
  for (const token of tokens) secrets.learnToken(token);
  return secrets;
}

describe('words', () => {
  test.each([
    ['no secret', 'no secret'],
    [`bad ${TOKEN}`, 'bad …'],
    [`${TOKEN} is over, ${TOKEN} too`, '… is over, … too'],
    [`token=${TOKEN}&key=1 was refused`, 'token=… was refused'],
    [`bad ${encodeURIComponent(TOKEN)}.`, 'bad …'],
    [`bearer.${Buffer.from(TOKEN).toString('base64url')} is over`, 'bearer.… is over'],
    [`cut: ${TOKEN.slice(0, 12)}`, 'cut: …'],
    [`cut: ${TOKEN.slice(0, 11)}`, `cut: ${TOKEN.slice(0, 11)}`],
    ['', ''],
  ])('UP-19 C2 %j are shown as %j', (words, shown) => {
    expect(knowing(TOKEN).hide(words)).toBe(shown);
  });

  test('UP-19 C2 of a query are its values, as they are written and as they are meant', () => {
    const secrets = new Secrets();
    secrets.learnQuery('wss://chat.example.com/ws?room=1&key=a%20secret%20key&session-of-ada&bad=%E0%A4%A');

    expect(secrets.hide('room 1 of chat.example.com')).toBe('room 1 of chat.example.com');
    expect(secrets.hide('no a%20secret%20key')).toBe('no …');
    expect(secrets.hide('no "a secret key"')).toBe('no "…');
    expect(secrets.hide('session-of-ada')).toBe('…');
    expect(secrets.hide('%E0%A4%A')).toBe('…');
  });

  test('UP-19 short ones are no secrets: they stand in too many others', () => {
    expect(knowing('a', 'token').hide('a token')).toBe('a token');
  });

  test('C6 only the newest are known', () => {
    const tokens = Array.from({ length: 1_000 }, (_, count) => `${count} canary`.padStart(16, '0'));
    const secrets = knowing(...tokens);

    expect(secrets.hide(tokens.at(-1) ?? '')).toBe('…');
    expect(secrets.hide(tokens[0] ?? '')).toBe(tokens[0]);
  });
});

describe('what others threw', () => {
  class OwnError extends Error {
    readonly details: unknown;

    constructor(details: unknown) {
      super('out of order');
      this.details = details;
    }
  }

  const cyclic = new OwnError({});
  Object.assign(cyclic, { self: [cyclic] });

  test.each<[string, unknown]>([
    ['an error', new TypeError('out of order', { cause: new Error('deep') })],
    ['an error with fields of its own', new OwnError({ status: 401, headers: new Map([['a', new Set([1])]]) })],
    ['an error of the platform', new DOMException('full', 'QuotaExceededError')],
    ['an error in a circle', cyclic],
    ['an object', { status: 401 }],
    ['a text', 'no'],
    ['nothing', undefined],
    ['null', null],
    ['a function', () => TOKEN.length],
  ])('UP-19 is passed on as it is where it is %s without a secret', (_what, thrown) => {
    expect(knowing(TOKEN).clean(thrown)).toBe(thrown);
  });

  const hidden = Object.defineProperty(new Error('hidden'), 'token', { value: TOKEN });

  test.each<[string, unknown, string]>([
    ['its message', new TypeError(`bad ${TOKEN}`), 'TypeError: bad …'],
    ['its stack', Object.assign(new Error('no'), { stack: `at ${TOKEN}` }), 'Error: no'],
    ['its cause', new Error('no', { cause: { cause: TOKEN } }), 'Error: no'],
    ['a field', new OwnError({ config: { headers: [TOKEN] } }), 'Error: out of order'],
    ['a hidden field', hidden, 'Error: hidden'],
    ['a name of a field', new OwnError({ [TOKEN]: 1 }), 'Error: out of order'],
    ['a map', new OwnError(new Map([[TOKEN, 1]])), 'Error: out of order'],
    ['a URL', new OwnError(new URL(`wss://localhost/?token=${TOKEN}`)), 'Error: out of order'],
    ['itself, a text', TOKEN, '…'],
  ])('UP-19 C2 is passed on as words where a secret is in %s', (_where, thrown, message) => {
    const cleaned = knowing(TOKEN).clean(thrown);

    expect(cleaned).toMatchObject({ message });
    expect(inspect(cleaned, { depth: null, showHidden: true })).not.toContain(TOKEN.slice(0, 12));
  });

  test.each<[string, unknown]>([
    [
      'a getter that throws',
      Object.defineProperty({}, 'no', {
        get: () => {
          throw new Error(TOKEN);
        },
        enumerable: true,
      }),
    ],
    ['no words', Object.assign(Object.create(null), { token: TOKEN })],
    ['a graph without end', Array.from({ length: 2_000 }, (_, count) => ({ count }))],
    ['a dead proxy', deadProxy()],
  ])('UP-19 C2 is taken for a secret where nobody can look through it: %s', (_what, thrown) => {
    const cleaned = knowing(TOKEN).clean(thrown);

    expect(cleaned).toBeInstanceOf(Error);
    expect(inspect(cleaned)).not.toContain(TOKEN.slice(0, 12));
  });
});

function deadProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
