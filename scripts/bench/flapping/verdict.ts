/** The judge of the flapping bench: compares what was sent with the server's log, with what was shown, and with what was said. */
import type { Told } from './contestant.js';

export interface Evidence {
  /** In the order of the sends; null where nothing was heard until the end. */
  readonly told: readonly { readonly text: string; readonly told: Told | null }[];
  readonly log: readonly string[];
  /** What each screen showed, in its order. The first is the observer's, who should have seen everything. */
  readonly views: readonly (readonly string[])[];
}

export interface Verdict {
  readonly sent: number;
  /** Never reached the log. */
  readonly lost: number;
  /** In the log, but never shown to the observer. */
  readonly unseen: number;
  /** Copies in the log beyond the first. */
  readonly repeated: number;
  /** Copies on a screen beyond the first; the worst screen counts. */
  readonly visible: number;
  /** Messages behind one that was sent later, in the log or on the worst screen. */
  readonly outOfOrder: number;
  readonly toldOk: number;
  /** Told that it went well, and the message is not in the log. */
  readonly falseOk: number;
  readonly toldError: number;
  /** Told that it failed, and the message is in the log. */
  readonly falseError: number;
  readonly toldNothing: number;
}

export function judge({ told, log, views }: Evidence): Verdict {
  const places = new Map(told.map(({ text }, place) => [text, place]));
  const arrived = new Set(log);
  const shown = new Set(views[0]);
  const count = (word: Told | null, isTrue: (text: string) => boolean = () => true) =>
    told.filter((one) => one.told === word && isTrue(one.text)).length;
  const has = (text: string) => arrived.has(text);
  return {
    sent: told.length,
    lost: told.filter(({ text }) => !has(text)).length,
    unseen: told.filter(({ text }) => has(text) && !shown.has(text)).length,
    repeated: copiesIn(log),
    visible: Math.max(0, ...views.map(copiesIn)),
    outOfOrder: Math.max(0, ...[log, ...views].map((texts) => lateIn(texts, places))),
    toldOk: count('ok'),
    falseOk: count('ok', (text) => !has(text)),
    toldError: count('error'),
    falseError: count('error', has),
    toldNothing: count('nothing') + count(null),
  };
}

/** What chatsocket promises: nothing lost, doubled or out of place, and every promise settled by the truth. */
export function isFlawless(verdict: Verdict): boolean {
  const { lost, unseen, repeated, visible, outOfOrder, falseOk, falseError, toldNothing } = verdict;
  return [lost, unseen, repeated, visible, outOfOrder, falseOk, falseError, toldNothing].every(
    (faults) => faults === 0,
  );
}

function copiesIn(texts: readonly string[]): number {
  return texts.length - new Set(texts).size;
}

/** Repeats are no matter of order, so each text counts where it came first. */
function lateIn(texts: readonly string[], places: ReadonlyMap<string, number>): number {
  let late = 0;
  let latest = -1;
  for (const text of new Set(texts)) {
    const place = places.get(text) ?? -1;
    if (place < latest) late += 1;
    latest = Math.max(latest, place);
  }
  return late;
}
