/** The two ready-made token providers, against endpoints that answer as the recorded ones do. */
import { describe, expect, test } from 'vitest';
import { connectionTokenProvider, type Fetch, refreshTokenProvider, type TokenRequest } from '../../src/index.js';
import { quotingError, secretsIn, show, TOKEN } from '../canary/canary.js';

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: string | undefined;
}

/** Answers in order; the last one again and again. */
function endpoint(...answers: readonly (readonly [status: number, body: unknown] | 'unreachable')[]) {
  const asked: Asked[] = [];
  const fetch: Fetch = async (url, init) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? 'unreachable';
    asked.push({ url, headers: { ...(init.headers as Record<string, string>) }, credentials: init.credentials });
    if (answer === 'unreachable') throw new TypeError('fetch failed');
    const [status, body] = answer;
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  };
  return { asked, fetch };
}

const request = (): TokenRequest => ({
  signal: new AbortController().signal,
  reason: 'first',
  attempt: 0,
  lastClose: null,
});

const jwt = (claims: object) => `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

describe('connectionTokenProvider', () => {
  const granted = [200, { connection_token: 'once', expires_in: 60, connection_id: 'c' }] as const;

  test('posts with the cookies of the page and the CSRF header, and gives no lifetime: the token is for one dial', async () => {
    const { asked, fetch } = endpoint(granted);
    const token = connectionTokenProvider({ endpoint: '/token/', fetch, cookies: () => 'a=b; csrftoken=x%3Dy' });

    expect(await token(request())).toBe('once');
    expect(asked).toMatchObject([{ url: '/token/', credentials: 'include', headers: { 'X-CSRFToken': 'x=y' } }]);
  });

  test('UP-08 renews a session that is over once, and asks again', async () => {
    const { asked, fetch } = endpoint([401, { detail: 'no' }], granted);
    let renewals = 0;
    const refresh = async () => {
      renewals += 1;
      return true;
    };

    expect(await connectionTokenProvider({ endpoint: '/token/', fetch, refresh })(request())).toBe('once');
    expect([asked.length, renewals]).toEqual([2, 1]);
  });

  test('UP-08 renews the session before a handover, and asks even where that fails', async () => {
    for (const isRenewed of [true, false]) {
      const { asked, fetch } = endpoint(granted);
      const steps: string[] = [];
      const refresh = async () => {
        steps.push(`renewal after ${asked.length}`);
        return isRenewed;
      };
      const token = connectionTokenProvider({ endpoint: '/token/', fetch, refresh });

      expect(await token({ ...request(), reason: 'handover' })).toBe('once');
      expect([steps, asked.length]).toEqual([['renewal after 0'], 1]);
    }
  });

  test.each([
    ['without a way to renew it', undefined],
    ['where it cannot be renewed', async () => false],
    ['where its renewal fails', async () => Promise.reject(new Error('down'))],
    ['where its renewal changes nothing', async () => true],
  ])('UP-08 says that there is no session, %s', async (_, refresh) => {
    const { fetch } = endpoint([401, { detail: 'no' }]);
    const token = connectionTokenProvider({ endpoint: '/token/', fetch, ...(refresh !== undefined && { refresh }) });

    expect(await token(request())).toBeNull();
  });

  test('stops for a refused CSRF token, with the words of the server', async () => {
    const { fetch } = endpoint([403, { detail: 'CSRF Failed: CSRF token missing or incorrect.' }]);

    await expect(connectionTokenProvider({ endpoint: '/token/', fetch })(request())).rejects.toMatchObject({
      name: 'StopConnecting',
      message: 'CSRF Failed: CSRF token missing or incorrect.',
    });
  });

  test.each([
    ['a server in trouble', [503, { detail: 'injected' }]],
    ['an answer without a token', [200, {}]],
    ['an answer that is no JSON', [200, '<html>']],
  ] as const)('fails for now for %s', async (_, answer) => {
    const { fetch } = endpoint(answer);

    await expect(connectionTokenProvider({ endpoint: '/token/', fetch })(request())).rejects.toMatchObject({
      code: 'token/failed',
      retryable: true,
    });
  });
});

describe.each([
  ['connectionTokenProvider', (fetch: Fetch) => connectionTokenProvider({ endpoint: `/token/?old=${TOKEN}`, fetch })],
  ['refreshTokenProvider', (fetch: Fetch) => refreshTokenProvider({ endpoint: `/token/?old=${TOKEN}`, fetch })],
] as const)('UP-19 C2 an error of %s holds no token', (_, provider) => {
  test.each([
    ['an endpoint in trouble that quotes it', async () => new Response(TOKEN, { status: 503 })],
    ['an endpoint that gives it by another name', async () => new Response(JSON.stringify({ other: TOKEN }))],
    ['a fetch that throws it', async () => Promise.reject(quotingError())],
  ])('for %s', async (__, fetch) => {
    const thrown = await Promise.resolve(provider(fetch)(request())).catch((error: unknown) => error);

    expect(thrown).toMatchObject({ code: 'token/failed', retryable: true });
    expect(secretsIn(show(thrown))).toEqual([]);
  });
});

describe.each([
  ['connectionTokenProvider', connectionTokenProvider],
  ['refreshTokenProvider', refreshTokenProvider],
])('%s without an endpoint', (_name, make) => {
  test.each([undefined, {}, { endpoint: '' }, { endPoint: '/token/' }])('is refused at once: %j', (options) => {
    // JavaScript callers hand in anything.
    expect(() => make(options as never)).toThrow(
      expect.objectContaining({
        code: 'usage/invalid-option',
        fields: { option: 'endpoint', accepted: 'a path or a URL' },
      }),
    );
  });
});

describe('refreshTokenProvider', () => {
  test.each(['access', 'access_token'])('reads %s, and the life that the token tells of itself', async (field) => {
    const token = jwt({ iat: 1_000, exp: 1_900 });
    const { fetch } = endpoint([200, { [field]: token }]);

    expect(await refreshTokenProvider({ endpoint: '/refresh/', fetch })(request())).toEqual({
      token,
      expiresInMs: 900_000,
    });
  });

  test.each(['no jwt', jwt({ exp: 1 }), jwt({ iat: 5, exp: 1 })])(
    'gives a token bare that tells no life: %s',
    async (token) => {
      const { fetch } = endpoint([200, { access: token }]);

      expect(await refreshTokenProvider({ endpoint: '/refresh/', fetch })(request())).toBe(token);
    },
  );

  test('UP-08 says that there is no session for 401', async () => {
    const { fetch } = endpoint([401, { code: 'token_not_valid' }]);

    expect(await refreshTokenProvider({ endpoint: '/refresh/', fetch })(request())).toBeNull();
  });

  test.each(['unreachable', [503, {}]] as const)(
    'tries the last token once where the endpoint is %s',
    async (trouble) => {
      const { fetch } = endpoint([200, { access: 'last' }], trouble);
      const token = refreshTokenProvider({ endpoint: '/refresh/', fetch });
      await token(request());

      expect(await token(request())).toBe('last');
      await expect(token(request())).rejects.toMatchObject({ code: 'token/failed' });
    },
  );

  test('UP-08 does not try a token again that the server has just refused', async () => {
    const { fetch } = endpoint([200, { access: 'refused' }], 'unreachable');
    const token = refreshTokenProvider({ endpoint: '/refresh/', fetch });
    await token(request());

    await expect(token({ ...request(), reason: 'auth-failed' })).rejects.toMatchObject({ code: 'token/failed' });
  });
});
