/** Which pages may talk to this server. A browser sends cookies along from any page, so this is the lock on the door. */

import type { IncomingMessage } from 'node:http';

export interface OriginList {
  /** Exactly these, in the form in which browsers send them. */
  readonly allowed: ReadonlySet<string>;
  readonly allowsAny: boolean;
  /** Native programs send none. Browsers always do, so this opens nothing to pages. */
  readonly allowsMissing: boolean;
}

export interface OriginListOptions {
  /** For example `https://chat.example.com`; `*` admits all, for development only. */
  readonly origins: readonly string[];
  readonly allowMissingOrigin: boolean;
}

/** Throws where an entry is not an origin. */
export function originList({ origins, allowMissingOrigin }: OriginListOptions): OriginList {
  const exact = origins.filter((origin) => origin !== '*');
  for (const origin of exact) {
    if (parsedOrigin(origin) !== origin) {
      throw new Error(`"${origin}" is not an origin. Write it like "https://chat.example.com", without a path.`);
    }
  }
  return { allowed: new Set(exact), allowsAny: exact.length < origins.length, allowsMissing: allowMissingOrigin };
}

/** The origin of a request if it may come in: a string, or null where none was sent; undefined is a refusal. */
export function admittedOrigin(list: OriginList, request: IncomingMessage): string | null | undefined {
  // Distinct, because a joined list of two origins must not pass for one.
  const sent = request.headersDistinct['origin'] ?? [];
  const [origin] = sent;
  if (origin === undefined) return list.allowsMissing ? null : undefined;
  if (sent.length > 1 || parsedOrigin(origin) !== origin) return undefined;
  return list.allowsAny || list.allowed.has(origin) ? origin : undefined;
}

/** Null for what is no origin of a web page. */
function parsedOrigin(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { origin, protocol } = new URL(text);
  return protocol === 'http:' || protocol === 'https:' ? origin : null;
}
