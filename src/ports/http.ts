/** One HTTP exchange that a protocol asks for beside its socket. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** An absolute URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface HttpAnswer {
  readonly status: number;
  /** The server's `Retry-After`, in milliseconds; null if it sent none. */
  readonly retryAfterMs: number | null;
  readonly body: string;
}

export interface HttpExchange {
  /** Resolves for every status; rejects where no answer came. */
  readonly answer: Promise<HttpAnswer>;
  /** The answer is not wanted any more. */
  cancel(): void;
}

/** Starts one exchange, with the page's cookies. Never throws. */
export type HttpPort = (request: HttpRequest) => HttpExchange;
