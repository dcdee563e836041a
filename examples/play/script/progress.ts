/** Says how far the run is: rewrites one line on a terminal, else prints a line every two seconds. */

const ON_TERMINAL_MS = 200;
const ELSEWHERE_MS = 2_000;

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** `describe` is asked for the line; the returned function prints the last one and ends it. Twice is harmless. */
export function showProgress(output: Output, describe: () => string): () => void {
  const isTerminal = output.isTTY === true;
  const print = () => output.write(isTerminal ? `\r\u001b[2K${cut(describe(), output.columns)}` : `${describe()}\n`);
  const timer = setInterval(print, isTerminal ? ON_TERMINAL_MS : ELSEWHERE_MS);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    print();
    if (isTerminal) output.write('\n');
  };
}

/** A line that wraps could not be rewritten. */
function cut(line: string, columns = 80): string {
  return line.slice(0, Math.max(1, columns - 1));
}
