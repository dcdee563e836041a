/** The two calls that the chat server answers over HTTP: who am I, and a token for one dial. */

import type { Person } from './person.js';

/** Opens a session under this name; the server's cookie comes with the answer. */
export async function openSession(name: string, signal: AbortSignal): Promise<Person> {
  const response = await post('/session', { name }, signal);
  if (!response.ok) throw new Error(`The server answered ${response.status} when asked to sign in.`);
  const answer: unknown = await response.json();
  if (!hasText(answer, 'userId')) throw new Error('The server did not say who you are.');
  return { userId: answer.userId, name };
}

/**
 * A token for one dial; null where there is no session any more. Only the text is passed on: the lifetime that comes
 * with it says how soon the token has to be used, not how long the connection may live.
 */
export async function fetchToken(userId: string, signal: AbortSignal): Promise<string | null> {
  const response = await post('/ws-token', { userId }, signal);
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`The server answered ${response.status} when asked for a token.`);
  const answer: unknown = await response.json();
  if (!hasText(answer, 'token')) throw new Error('The server gave no token.');
  return answer.token;
}

function post(path: string, body: object, signal: AbortSignal): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

function hasText<Key extends string>(value: unknown, key: Key): value is Record<Key, string> {
  // The check of the type behind the cast is the point of this function.
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[key] === 'string';
}
