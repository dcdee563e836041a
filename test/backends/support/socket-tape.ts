/** A raw socket, and everything that comes over it, in order. */
import { WebSocket } from 'ws';

const DEADLINE_MS = 20_000;

/** How the server answered a dial. */
export type Dialled =
  | { readonly outcome: 'open'; readonly tape: SocketTape }
  | { readonly outcome: 'rejected'; readonly status: number };

/** What a caller says about itself. */
export interface Caller {
  readonly origin: string | null;
  /** Default: the host of the address. */
  readonly host?: string;
}

export type Frame = Readonly<Record<string, unknown>>;

export class SocketTape {
  readonly texts: string[] = [];
  readonly #socket: WebSocket;
  readonly #closed: Promise<number>;
  #wake = (): void => {};
  #read = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
    socket.on('message', (bytes) => {
      this.texts.push(String(bytes));
      this.#wake();
    });
  }

  /** Rejects only where no HTTP answer came at all. */
  static dial(url: string, { origin, host }: Caller): Promise<Dialled> {
    const headers = host === undefined ? {} : { Host: host };
    const socket = new WebSocket(url, { headers, ...(origin === null ? {} : { origin }) });
    const tape = new SocketTape(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve({ outcome: 'open', tape }));
      socket.once('unexpected-response', (_, { statusCode = 0 }) => {
        resolve({ outcome: 'rejected', status: statusCode });
        socket.terminate();
      });
      socket.on('error', reject);
    });
  }

  send(frame: unknown): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The frames from the next unread one on, up to the first that is as asked; rejects when time runs out. */
  async until(isLast: (frame: Frame) => boolean): Promise<readonly Frame[]> {
    const endMs = Date.now() + DEADLINE_MS;
    const frames: Frame[] = [];
    for (;;) {
      while (this.#read < this.texts.length) {
        const frame: Frame = JSON.parse(this.texts[this.#read++] ?? '');
        frames.push(frame);
        if (isLast(frame)) return frames;
      }
      await this.#more(endMs, frames);
    }
  }

  async next(isWanted: (frame: Frame) => boolean): Promise<Frame> {
    return (await this.until(isWanted)).at(-1) ?? {};
  }

  /** The code with which the server closes; rejects when time runs out. */
  closed(): Promise<number> {
    return withDeadline(this.#closed, 'The server did not close the socket.');
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed();
  }

  async #more(endMs: number, seen: readonly Frame[]): Promise<void> {
    const arrival = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const gone = this.#closed.then((code) => {
      throw new Error(`The socket closed with ${code} after ${JSON.stringify(seen)}.`);
    });
    await withDeadline(Promise.race([arrival, gone]), `No such frame; only ${JSON.stringify(seen)}.`, endMs);
  }
}

async function withDeadline<Result>(
  work: Promise<Result>,
  complaint: string,
  endMs = Date.now() + DEADLINE_MS,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), endMs - Date.now());
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
