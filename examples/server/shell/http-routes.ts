/** The server's few HTTP addresses. Everything else is 404, every other method 405. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ZodType, z } from 'zod';
import { TokenBucket } from '../engine/token-bucket.js';
import type { ConnectionTokens } from './connection-tokens.js';
import { failure, type HttpAnswer, readJson, writeAnswer } from './http-exchange.js';
import type { Logger } from './logger.js';
import { admittedOrigin, type OriginList } from './origin-list.js';
import type { Session, SessionCookies } from './session-cookie.js';

/** What the routes ask of the rest of the server. */
export interface HttpDesk {
  readonly origins: OriginList;
  readonly cookies: SessionCookies;
  readonly tokens: ConnectionTokens;
  readonly logger: Logger;
  readonly sessionLifetimeMs: number;
  readonly devControls: boolean;
  readonly now: () => number;
  readonly freshId: () => string;
  readonly registerUser: (user: { readonly id: string; readonly name: string }) => Promise<void>;
  readonly hasUser: (userId: string) => boolean;
  /** Resolves once whatever any server has stored is known to this one. */
  readonly catchUp: () => Promise<void>;
  readonly createConversation: (conversation: NewConversation) => Promise<void>;
  /** Closes the sockets of a user whose session is over. */
  readonly expireUser: (userId: string) => Promise<void>;
  readonly refuseTokens: (userId: string, count: number) => void;
  readonly flood: (flood: {
    readonly userId: string;
    readonly conversationId: string;
    readonly messages: number;
  }) => boolean;
}

export interface NewConversation {
  readonly id: string;
  readonly memberIds: readonly string[];
  readonly withAssistant: boolean;
}

interface Visit {
  readonly request: IncomingMessage;
  readonly origin: string | null;
  readonly json: unknown;
}

type Answered = HttpAnswer | Promise<HttpAnswer>;

type Route = (visit: Visit) => Answered;

const SESSIONS_PER_SECOND = 50;

const nameBody = z.object({ name: z.string().trim().min(1).max(40) });
const userBody = z.object({ userId: z.string().max(64) });
const conversationBody = userBody.extend({
  memberIds: z.array(z.string().max(64)).max(50),
  withAssistant: z.boolean().default(false),
});
const refuseBody = userBody.extend({ count: z.int().min(0).max(100) });
const floodBody = userBody.extend({ conversationId: z.string().max(200), messages: z.int().min(1).max(20_000) });

export function httpRoutes(desk: HttpDesk): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const routes = routeTable(desk);

  async function answer(request: IncomingMessage, origin: string | null | undefined): Promise<HttpAnswer> {
    const methods = routes.get(pathOf(request));
    if (methods === undefined) return failure(404, 'NOT_FOUND');
    const allow = [...methods.keys(), 'OPTIONS'].join(', ');
    if (request.method === 'OPTIONS') return preflight(origin, allow);
    const route = methods.get(request.method ?? '');
    if (route === undefined) return failure(405, 'METHOD_NOT_ALLOWED', { Allow: allow });
    if (request.method === 'GET') return route({ request, origin: origin ?? null, json: null });
    if (origin === undefined) return failure(403, 'ORIGIN_REFUSED');
    const body = await readJson(request);
    return 'refusal' in body ? body.refusal : route({ request, origin, json: body.json });
  }

  return async (request, response) => {
    const origin = admittedOrigin(desk.origins, request);
    try {
      writeAnswer(response, await answer(request, origin), origin ?? null);
    } catch {
      // A peer that left while its body was read, or a fault of ours: either way no detail goes out.
      desk.logger.failure('request-failed', { path: pathOf(request), method: request.method });
      if (response.headersSent) response.destroy();
      else writeAnswer(response, failure(500, 'INTERNAL_ERROR'), origin ?? null);
    }
  };
}

type RouteTable = ReadonlyMap<string, ReadonlyMap<string, Route>>;

function routeTable(desk: HttpDesk): RouteTable {
  const logins = new TokenBucket(SESSIONS_PER_SECOND, desk.now());
  const member = guardedBy(desk);
  const logInRoute = withBody(nameBody, (_visit, { name }) => logIn(desk, logins, name));
  const logOutRoute = member(userBody, ({ session }) => logOut(desk, session));
  const tokenRoute = member(userBody, ({ session, visit }) => issueToken(desk, session, visit.origin));
  const foundRoute = member(conversationBody, ({ session, body }) => found(desk, session, body));
  return new Map<string, ReadonlyMap<string, Route>>([
    ['/health', new Map([['GET', () => ({ status: 200, body: { status: 'ok' } })]])],
    [
      '/session',
      new Map([
        ['POST', logInRoute],
        ['DELETE', logOutRoute],
      ]),
    ],
    ['/ws-token', new Map([['POST', tokenRoute]])],
    ['/conversations', new Map([['POST', foundRoute]])],
    ...(desk.devControls ? devRoutes(desk) : []),
  ]);
}

/** Faults on demand, for a page that shows how they heal. */
function devRoutes(desk: HttpDesk): RouteTable {
  const member = guardedBy(desk);
  const empty: HttpAnswer = { status: 204, body: null };
  const expireRoute = member(userBody, async ({ session }) => {
    await desk.expireUser(session.userId);
    return empty;
  });
  const refuseRoute = member(refuseBody, ({ session, body }) => {
    desk.refuseTokens(session.userId, body.count);
    return empty;
  });
  const floodRoute = member(floodBody, ({ session, body }) => {
    const { conversationId, messages } = body;
    const isStarted = desk.flood({ userId: session.userId, conversationId, messages });
    return isStarted ? empty : failure(404, 'CONVERSATION_NOT_FOUND');
  });
  return new Map([
    ['/dev/expire', new Map([['POST', expireRoute]])],
    ['/dev/refuse', new Map([['POST', refuseRoute]])],
    ['/dev/flood', new Map([['POST', floodRoute]])],
  ]);
}

/** Routes for somebody who is logged in. The body names the user, because one browser may hold several sessions. */
function guardedBy(desk: HttpDesk) {
  return <Body extends { readonly userId: string }>(
    schema: ZodType<Body>,
    route: (call: { visit: Visit; session: Session; body: Body }) => Answered,
  ): Route =>
    withBody(schema, (visit, body) => {
      const session = desk.cookies.read(visit.request, body.userId);
      return session === null ? failure(401, 'NO_SESSION') : route({ visit, session, body });
    });
}

function withBody<Body>(schema: ZodType<Body>, route: (visit: Visit, body: Body) => Answered): Route {
  return (visit) => {
    const parsed = schema.safeParse(visit.json);
    return parsed.success ? route(visit, parsed.data) : failure(400, 'VALIDATION_ERROR');
  };
}

async function logIn(desk: HttpDesk, logins: TokenBucket, name: string): Promise<HttpAnswer> {
  const waitMs = logins.take(desk.now());
  if (waitMs > 0) return tooMany(waitMs);
  const userId = `${slugOf(name)}-${desk
    .freshId()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 10)}`;
  await desk.registerUser({ id: userId, name });
  const cookie = desk.cookies.issue({ userId, name, expiresAtMs: desk.now() + desk.sessionLifetimeMs });
  const body = { userId, name, expiresInMs: desk.sessionLifetimeMs };
  return { status: 200, body, headers: { 'Set-Cookie': cookie } };
}

async function logOut(desk: HttpDesk, session: Session): Promise<HttpAnswer> {
  await desk.tokens.revoke(session.userId);
  await desk.expireUser(session.userId);
  return { status: 204, body: null, headers: { 'Set-Cookie': desk.cookies.expire(session.userId) } };
}

async function issueToken(desk: HttpDesk, session: Session, origin: string | null): Promise<HttpAnswer> {
  const { userId, name: userName, expiresAtMs: sessionExpiresAtMs } = session;
  const issued = desk.tokens.issue({ userId, userName, sessionExpiresAtMs, origin });
  if (issued.token === null) return tooMany(issued.retryAfterMs);
  const { token, expiresInMs, isKept } = issued;
  await isKept;
  return { status: 200, body: { token, expiresInMs } };
}

async function found(desk: HttpDesk, session: Session, body: z.infer<typeof conversationBody>): Promise<HttpAnswer> {
  if (!body.memberIds.every((memberId) => desk.hasUser(memberId))) await desk.catchUp();
  if (!body.memberIds.every((memberId) => desk.hasUser(memberId))) return failure(404, 'USER_NOT_FOUND');
  const id = desk.freshId();
  const memberIds = [...new Set([session.userId, ...body.memberIds])];
  await desk.createConversation({ id: `c-${id}`, memberIds, withAssistant: body.withAssistant });
  return { status: 200, body: { conversationId: `c-${id}` } };
}

function tooMany(retryAfterMs: number): HttpAnswer {
  const headers = { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) };
  return { status: 429, body: { error: 'RATE_LIMIT', retryAfterMs }, headers };
}

function preflight(origin: string | null | undefined, allow: string): HttpAnswer {
  if (origin === undefined) return failure(403, 'ORIGIN_REFUSED');
  const headers = { 'Access-Control-Allow-Methods': allow, 'Access-Control-Allow-Headers': 'content-type' };
  return { status: 204, body: null, headers };
}

function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return plain.replace(/^-|-$/g, '').slice(0, 24) || 'user';
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}
