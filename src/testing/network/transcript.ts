/** What happened on every connection of a mock transport, for people to read when a test fails. */
import type { Clock } from '../../ports/clock.js';

/** Older entries are forgotten, so that long runs do not fill the memory. */
const ENTRIES_MAX = 10_000;
const ENTRIES_SHOWN_MAX = 80;
const TEXT_LENGTH_MAX = 400;

/** The token of an `authenticate` frame. */
const TOKEN_FIELD = /("token"\s*:\s*")[^"]*/g;

export type TranscriptSide = 'client' | 'server' | 'network';

interface Entry {
  readonly atMs: number | null;
  readonly connection: number;
  readonly side: TranscriptSide;
  readonly text: string;
}

/** Keeps entries and prints them; times count from the first entry. */
export class Transcript {
  readonly #clock: Clock | null;
  readonly #entries: Entry[] = [];

  constructor(clock: Clock | null) {
    this.#clock = clock;
  }

  add(connection: number, side: TranscriptSide, text: string): void {
    this.#entries.push({
      atMs: this.#clock?.nowMs() ?? null,
      connection,
      side,
      text: text.replace(TOKEN_FIELD, '$1…'),
    });
    if (this.#entries.length > ENTRIES_MAX) this.#entries.splice(0, ENTRIES_MAX / 2);
  }

  print(): string {
    const startMs = this.#entries[0]?.atMs ?? null;
    const shown = this.#entries.slice(-ENTRIES_SHOWN_MAX);
    if (shown.length === 0) return '  (nothing happened: the client has not dialled)';
    const lines = shown.map((entry) => printEntry(entry, startMs));
    const hiddenCount = this.#entries.length - shown.length;
    return [...(hiddenCount > 0 ? [`  … ${hiddenCount} earlier entries`] : []), ...lines].join('\n');
  }
}

function printEntry({ atMs, connection, side, text }: Entry, startMs: number | null): string {
  const time = atMs === null || startMs === null ? '' : `+${atMs - startMs} ms`;
  const cut = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}… (${text.length} characters)` : text;
  return `  ${time.padStart(10)}  #${connection} ${side.padEnd(7)} ${cut}`;
}
