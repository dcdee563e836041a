/** Somebody at a browser, as far as HTTP goes: keeps cookies, and sends the CSRF cookie back as a header. */
import type { ConnectionTokenOptions } from '../../../src/index.js';
import type { HttpPort } from '../../../src/ports/http.js';
import { alike, cookieAlike, type HttpAnswer } from './recording.js';

export interface Answer extends HttpAnswer {
  readonly headers: Headers;
  /** The body as it came, read. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface RequestOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FetchOptions extends Omit<RequestOptions, 'body'> {
  readonly body?: string;
  readonly signal?: AbortSignal;
}

const HTTP_DEADLINE_MS = 10_000;

export class Visitor {
  readonly cookies = new Map<string, string>();
  /** As the client's own in a page: with its cookies. */
  readonly http: HttpPort;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
    this.http = ({ method, url: address, headers, body }) => {
      const abort = new AbortController();
      const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(HTTP_DEADLINE_MS)]);
      const answer = this.fetch(address, { method, headers, signal, ...(body === null ? {} : { body }) }).then(
        async (response) => ({ status: response.status, retryAfterMs: null, body: await response.text() }),
      );
      return { answer, cancel: () => abort.abort() };
    };
  }

  /** What a page hands to `connectionTokenProvider`, as somebody without a page has to. */
  get connectionTokens(): ConnectionTokenOptions {
    return {
      endpoint: '/api/v1/auth/ws-connection-token/',
      fetch: (path, { body }) => this.fetch(path, { method: 'POST', body: String(body) }),
      cookies: () => this.#cookieText,
      refresh: async () => (await this.post('/api/v1/auth/token/refresh/', {})).status === 200,
    };
  }

  async ask(path: string, { method = 'GET', body, headers = {} }: RequestOptions = {}): Promise<Answer> {
    const written = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await this.fetch(path, { method, headers, ...written });
    const setCookies = response.headers.getSetCookie();
    const text = await response.text();
    const json = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {};
    // Sorted: the order of cookies says nothing.
    const cookies = setCookies.map(cookieAlike).sort();
    return { status: response.status, body: alike(text), setCookies: cookies, headers: response.headers, json };
  }

  /** As the page's own. The CSRF header goes with a POST where there is such a cookie; an absolute URL is taken as it is. */
  async fetch(path: string, { method = 'GET', body, signal, headers = {} }: FetchOptions = {}): Promise<Response> {
    const csrf = this.cookies.get('csrftoken');
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(csrf === undefined || method !== 'POST' ? {} : { 'X-CSRFToken': csrf }),
        ...(this.cookies.size === 0 ? {} : { Cookie: this.#cookieText }),
        ...headers,
      },
      body: body ?? null,
      signal: signal ?? null,
    });
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie);
    return response;
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(path, { method: 'POST', body, headers });
  }

  /** What the server keeps of a conversation with the assistant, one line for each message. */
  async history(conversationId: string): Promise<readonly string[]> {
    const { json } = await this.ask(`/api/v1/messages/${conversationId}/`);
    // The endpoint answers with a list, which the recording's test holds to its form.
    const messages = json as unknown as readonly { readonly sender: string; readonly content: string }[];
    return messages.map(({ sender, content }) => `${sender}: ${content}`);
  }

  get #cookieText(): string {
    return [...this.cookies].map((pair) => pair.join('=')).join('; ');
  }

  #keep(cookie: string): void {
    const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
    this.cookies.set(name, value);
  }
}
