/** Every regular expression of the package, found in its sources, against texts that make a bad one crawl. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { pathsBelow, ROOT } from '../../scripts/rules/source-tree.js';

const LENGTH = 100 * 1024;
const ALLOWED_MS = 5;
const TRIES = 15;
/** Chosen so that each expression gets past its beginning with one of them. */
const BEGINNINGS = ['', 'wss://', 'wss://a', '[', '127.', '2026-11-30T00:00:00.', 'rate limit '];
const ENDS = ['', '\0', '!'];

interface Found {
  readonly where: string;
  /** Null for one that is put together while the code runs. */
  readonly expression: RegExp | null;
}

function findExpressions(path: string, text: string): Found[] {
  const found: Found[] = [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    const where = `${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) found.push({ where, expression: parse(node.text) });
    const isMaker =
      (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText(file) === 'RegExp';
    if (isMaker) found.push({ where, expression: null });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function parse(literal: string): RegExp {
  const end = literal.lastIndexOf('/');
  return new RegExp(literal.slice(1, end), literal.slice(end + 1));
}

/** Repetitions of one and of two characters that the expression may care about, behind a beginning, before an end. */
function* hostileTexts({ source }: RegExp, length: number): Generator<string> {
  const letters = [...new Set([...source.replace(/\\[wdsSpxu]/g, ''), ...'a0 .\ud800\udc00\n'])].slice(0, 24);
  const units = [...letters, ...letters.slice(0, 8).flatMap((one) => letters.slice(-8).map((other) => one + other))];
  for (const unit of units) {
    const body = unit.repeat(Math.ceil(length / unit.length));
    for (const beginning of BEGINNINGS) for (const end of ENDS) yield (beginning + body).slice(0, length) + end;
  }
}

/** How long the expression takes for the worst of the texts. A text is tried again, for a busy machine is slow at times. */
function worstMs(expression: RegExp, length: number): number {
  let worst = 0;
  for (const text of hostileTexts(expression, length)) {
    let best = Number.POSITIVE_INFINITY;
    for (let count = 0; count < TRIES && best > ALLOWED_MS; count += 1) best = Math.min(best, timeMs(expression, text));
    worst = Math.max(worst, best);
    if (worst > ALLOWED_MS) return worst;
  }
  return worst;
}

function timeMs(expression: RegExp, text: string): number {
  expression.lastIndex = 0;
  const startedAtMs = performance.now();
  // As the sources do: once, or over the whole text.
  if (expression.global) text.replace(expression, '');
  else expression.test(text);
  return performance.now() - startedAtMs;
}

const EXPRESSIONS = pathsBelow('src')
  .filter((path) => /\.[jt]sx?$/.test(path))
  .flatMap((path) => findExpressions(path, readFileSync(ROOT + path, 'utf8')));

test('C8 no regular expression is put together from a text', () => {
  expect(EXPRESSIONS.length).toBeGreaterThan(8);
  expect(EXPRESSIONS.filter(({ expression }) => expression === null)).toEqual([]);
});

test.each(EXPRESSIONS)(
  'C8 $expression at $where takes 5 ms at most for 100 KiB',
  { timeout: 60_000 },
  ({ expression }) => {
    expect(expression === null ? Number.NaN : worstMs(expression, LENGTH)).toBeLessThanOrEqual(ALLOWED_MS);
  },
);

describe('the search for slow expressions', () => {
  test('C8 finds an expression wherever it stands', () => {
    const text = "const a = /a+$/; f(/b/u, new RegExp('c'), RegExp(d)); // not /e/ and '/f/'";

    expect(findExpressions('a.ts', text).map(({ expression }) => String(expression))).toEqual([
      '/a+$/',
      '/b/u',
      'null',
      'null',
    ]);
  });

  test.each([/a+$/, /\s+$/, /a*b/])('C8 knows %s for one that crawls', (expression) => {
    expect(worstMs(expression, 8 * 1024)).toBeGreaterThan(ALLOWED_MS);
  });
});
