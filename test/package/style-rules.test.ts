import { describe, expect, test } from 'vitest';
import { printViolation, readSourceTree } from '../../scripts/rules/source-tree.js';
import { styleViolations } from '../../scripts/rules/style-rules.js';

function judge(path: string, text: string): string[] {
  return styleViolations(new Map([[path, text]])).map(printViolation);
}

test('UP-25 UP-37 C10 the code keeps to the sizes, names and bans of the style guide', { timeout: 60_000 }, () => {
  const tree = readSourceTree(['src', 'examples', 'scripts', 'test']);

  const violations = styleViolations(tree).map(printViolation);

  expect(violations).toEqual([]);
});

describe('the rules of style', () => {
  test.each([
    ['a long file', 'src/core/a.ts', '\n'.repeat(301)],
    ['a long test', 'test/core/a.test.ts', '\n'.repeat(401)],
    ['a file name that says nothing', 'examples/web/chat-utils.ts', ''],
    ['a folder name that says nothing', 'src/helpers/chat.ts', ''],
    ['a long function', 'src/core/a.ts', `export function a() {${'\n'.repeat(60)}}`],
    ['a long list of parameters', 'src/core/a.ts', 'export const a = (b: 1, c: 1, d: 1, e: 1) => b + c + d + e;'],
    ['a short form', 'src/core/a.ts', 'export const msgCount = 1;'],
    ['a word that says nothing', 'src/core/a.ts', 'export function readData() {}'],
    ['a class that handles', 'src/core/a.ts', 'export class FrameHandler {}'],
    ['an interval', 'src/platform/a.ts', 'setInterval(() => undefined, 1);'],
    ['an interval of the window', 'src/platform/a.ts', 'window.setInterval(() => undefined, 1);'],
    ['a listener for unload', 'src/platform/a.ts', "addEventListener('beforeunload', () => undefined);"],
    ['a variable of the module', 'src/client/a.ts', 'let count = 0; export const next = () => ++count;'],
    ['a map of the module', 'src/client/a.ts', 'const clients = new Map<string, number>();'],
    ['a list of the module', 'src/client/a.ts', 'const clients: string[] = [];'],
    ['code from a text', 'src/client/a.ts', "export const a = new Function('return 1');"],
    ['evaluation', 'src/client/a.ts', "export const a = eval('1');"],
    ['HTML from a text', 'examples/web/a.tsx', "document.body.innerHTML = '';"],
  ])('refuse %s', (_what, path, text) => {
    const violations = judge(path, text);

    expect(violations).toHaveLength(1);
  });

  test.each([
    ['a file of the cap', 'src/core/a.ts', '\n'.repeat(300)],
    ['a list that nobody can change', 'src/core/a.ts', 'const CODES: readonly number[] = [1, 2];'],
    ['a set that nobody can change', 'src/core/a.ts', 'const CODES: ReadonlySet<number> = new Set([1, 2]);'],
    ['a constant', 'src/core/a.ts', "const MODES = ['a', 'b'] as const;"],
    ['a variable of a function', 'src/core/a.ts', 'export function a() { let b = 0; b += 1; return b; }'],
  ])('allow %s', (_what, path, text) => {
    const violations = judge(path, text);

    expect(violations).toEqual([]);
  });
});
