/** What the browser is told about every answer of the front, and who may ask. */

/** Null for a `Host` that is not this machine: a page elsewhere could point its own name at 127.0.0.1. */
export function readLoopbackHost(host: string | undefined, port: number): string | null {
  const isKnown = host === `127.0.0.1:${port}` || host === `localhost:${port}`;
  return isKnown ? host : null;
}

/** The origins under which the page can be opened. */
export function pageOrigins(port: number): readonly string[] {
  return ['127.0.0.1', 'localhost'].map((host) => new URL(`http://${host}:${port}`).origin);
}

/** `'self'` covers the page's own WebSocket only in newer browsers, so its origin is named as well. */
export function securityHeaders(host: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'self'",
    `connect-src 'self' ws://${host}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}
