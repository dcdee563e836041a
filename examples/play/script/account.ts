/** The server's HTTP side, as a program uses it. */
import { z } from 'zod';

export interface Account {
  readonly userId: string;
  readonly cookie: string;
}

const sessionBody = z.object({ userId: z.string() });
const tokenBody = z.object({ token: z.string() });
const conversationBody = z.object({ conversationId: z.string() });
const refusalBody = z.object({ retryAfterMs: z.number() });

const LOGIN_TRIES_MAX = 50;

/** Waits its turn where many log in at once. */
export async function logIn(serverUrl: string, name: string): Promise<Account> {
  for (let tries = 0; tries < LOGIN_TRIES_MAX; tries += 1) {
    const response = await post(`${serverUrl}/session`, { name });
    const body: unknown = await response.json();
    if (response.ok) {
      const cookie = response.headers.getSetCookie().map((header) => header.split(';')[0]);
      return { userId: sessionBody.parse(body).userId, cookie: cookie.join('; ') };
    }
    const { retryAfterMs } = refusalBody.parse(body);
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
  }
  throw new Error(`The server refused the login of ${name} ${LOGIN_TRIES_MAX} times.`);
}

/** A token for one connection. */
export async function fetchToken(serverUrl: string, account: Account, signal?: AbortSignal): Promise<string> {
  const { userId } = account;
  const response = await post(
    `${serverUrl}/ws-token`,
    { userId },
    { account, ...(signal === undefined ? {} : { signal }) },
  );
  if (!response.ok) throw new Error(`The server answered ${response.status} to a request for a token.`);
  return tokenBody.parse(await response.json()).token;
}

/** Founds a closed conversation of the founder and `memberIds`; resolves with its id. */
export async function foundConversation(
  serverUrl: string,
  founder: Account,
  memberIds: readonly string[],
): Promise<string> {
  const { userId } = founder;
  const response = await post(`${serverUrl}/conversations`, { userId, memberIds }, { account: founder });
  if (!response.ok) throw new Error(`The server answered ${response.status} to a request for a conversation.`);
  return conversationBody.parse(await response.json()).conversationId;
}

interface Caller {
  readonly account?: Account;
  readonly signal?: AbortSignal;
}

function post(url: string, body: object, { account, signal }: Caller = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(account === undefined ? {} : { cookie: account.cookie }) },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}
