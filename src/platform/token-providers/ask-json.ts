/** One exchange with a token endpoint, with the page's cookies. */

/** The part of `fetch` that is used; hand in another one for tests, or where cookies are kept elsewhere. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface JsonAnswer {
  readonly status: number;
  /** What the body says; empty where it is no JSON object. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface JsonQuestion {
  readonly endpoint: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Default: the platform's. */
  readonly fetch: Fetch | undefined;
}

export async function askJson({ endpoint, body, headers, signal, fetch }: JsonQuestion): Promise<JsonAnswer> {
  const response = await (fetch ?? globalThis.fetch)(endpoint, {
    method: 'POST',
    credentials: 'include',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
    body: JSON.stringify(body),
    signal,
  });
  const parsed: unknown = await response.json().catch(() => null);
  return { status: response.status, fields: typeof parsed === 'object' && parsed !== null ? { ...parsed } : {} };
}
