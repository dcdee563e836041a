import type { HttpAnswer, HttpPort, HttpRequest } from '../ports/http.js';

/** An exchange that takes longer is given up. */
const TIMEOUT_MS = 10_000;
const SECONDS = /^\d{1,9}$/;

/** HTTP by the platform's `fetch`, with the page's cookies. */
export const fetchHttp: HttpPort = (request) => {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  const answer = perform(request, abort.signal).finally(() => clearTimeout(timer));
  return { answer, cancel: () => abort.abort() };
};

async function perform({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const response = await fetch(url, { method, headers, body, signal, credentials: 'include' });
  return {
    status: response.status,
    retryAfterMs: readRetryAfter(response.headers.get('Retry-After')),
    body: await response.text(),
  };
}

/** In seconds, or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(value: string | null): number | null {
  if (value === null) return null;
  if (SECONDS.test(value)) return Number(value) * 1_000;
  const timeMs = Date.parse(value);
  return Number.isNaN(timeMs) ? null : Math.max(0, timeMs - Date.now());
}
