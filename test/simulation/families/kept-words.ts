/** What is shown of a history without numbers, held against what the server has: words stand for messages. */

/** So many messages a join brings. */
const JOINED_MAX = 100;

export interface Worded {
  readonly content: string;
}

export function wordsOf({ content }: Worded): string {
  return content.trim();
}

/**
 * A page that is loaded joins with the newest messages; everything else that it shows must be there, too. `isOurs`: of
 * the kind that is looked at.
 */
export function findOdd<Row extends Worded>(
  shown: readonly string[],
  rows: readonly Row[],
  isOurs: (row: Row) => boolean = () => true,
): string | null {
  const newest = rows.slice(-JOINED_MAX).filter(isOurs).map(wordsOf);
  const missing = leaveOut(newest, shown);
  if (missing[0] !== undefined) return `${glimpse(missing[0])} is in the history, and not shown`;
  const odd = leaveOut(shown, rows.filter(isOurs).map(wordsOf));
  return odd[0] === undefined ? null : `${glimpse(odd[0])} is shown, and the history has no such message left`;
}

export function findOutOfOrder(shown: readonly string[], kept: readonly string[]): string | null {
  let from = 0;
  for (const words of shown) {
    const index = kept.indexOf(words, from);
    if (index < 0) return `${glimpse(words)} is shown after what came later`;
    from = index + 1;
  }
  return null;
}

/** Those of a list that are left when each of the others has taken one of its words. */
function leaveOut(list: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return list.filter((words) => {
    const index = left.indexOf(words);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function glimpse(text: string): string {
  return `${text.length} ${JSON.stringify(text.slice(0, 24))}`;
}
