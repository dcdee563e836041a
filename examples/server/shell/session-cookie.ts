/**
 * The demo's login: a signed cookie that says who somebody is. It stands in for the session that your app has already;
 * replace this file with a look-up of yours.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

export interface Session {
  readonly userId: string;
  readonly name: string;
  readonly expiresAtMs: number;
}

export interface SessionCookies {
  /** The `Set-Cookie` header that begins a session. */
  issue(session: Session): string;
  /** The session of this user, if the request carries a good one. */
  read(request: IncomingMessage, userId: string): Session | null;
  /** The `Set-Cookie` header that ends it. */
  expire(userId: string): string;
}

const sessionSchema = z.object({ userId: z.string(), name: z.string(), expiresAtMs: z.number() });

const USER_ID = /^[a-z0-9-]{1,64}$/;

export interface SessionCookieOptions {
  readonly secret: string;
  readonly isSecure: boolean;
  readonly now: () => number;
}

export function sessionCookies({ secret, isSecure, now }: SessionCookieOptions): SessionCookies {
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;

  function sign(payload: string): Buffer {
    return createHmac('sha256', secret).update(payload).digest();
  }

  function verify(value: string): Session | null {
    const [payload = '', signature = ''] = value.split('.');
    const expected = sign(payload);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const session = sessionSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return session.expiresAtMs > now() ? session : null;
  }

  return {
    issue(session) {
      const payload = Buffer.from(JSON.stringify(session)).toString('base64url');
      const seconds = Math.max(0, Math.floor((session.expiresAtMs - now()) / 1_000));
      const value = `${payload}.${sign(payload).toString('base64url')}`;
      return `${cookieName(session.userId)}=${value}; ${attributes}; Max-Age=${seconds}`;
    },
    read(request, userId) {
      if (!USER_ID.test(userId)) return null;
      const value = cookieValue(request.headers.cookie ?? '', cookieName(userId));
      const session = value === null ? null : verify(value);
      return session?.userId === userId ? session : null;
    },
    expire: (userId) => `${cookieName(userId)}=; ${attributes}; Max-Age=0`,
  };
}

/** Carries the user's id, so that several people can be logged in from one browser. */
function cookieName(userId: string): string {
  return `chat_session_${userId}`;
}

function cookieValue(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const trimmed = pair.trim();
    if (trimmed.startsWith(`${name}=`)) return trimmed.slice(name.length + 1);
  }
  return null;
}
