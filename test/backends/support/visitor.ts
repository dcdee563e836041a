/** Somebody at a browser, as far as HTTP goes: keeps cookies, and sends the CSRF cookie back as a header. */
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

export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
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
        ...(this.cookies.size === 0 ? {} : { Cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') }),
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

  #keep(cookie: string): void {
    const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
    this.cookies.set(name, value);
  }
}
