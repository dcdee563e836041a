import { expect, test } from 'vitest';
import { figuresIn, withFigures } from '../../scripts/figures-in-pages.js';
import { brokenLinks, codeBlocksOf, compileBlocks, linksOutOfPackage } from '../../scripts/rules/code-blocks.js';

const FENCE = '```';
/** The compiler reads the whole source for a block, and every processor may be busy with other tests. */
const COMPILE_TIMEOUT_MS = 60_000;

test('a block of a page is compiled, and its error stands at the line of the page', {
  timeout: COMPILE_TIMEOUT_MS,
}, () => {
  const page = ['# Use', '', `${FENCE}ts`, 'const count: number = 1;', 'const text: string = count;', FENCE, ''].join(
    '\n',
  );

  const violations = compileBlocks(codeBlocksOf('README.md', page));

  expect(violations).toEqual([
    { path: 'README.md', line: 5, message: "Type 'number' is not assignable to type 'string'." },
  ]);
});

test('a block may build on what the page has introduced, and is a module of its own', {
  timeout: COMPILE_TIMEOUT_MS,
}, () => {
  const page = [
    '<!-- given: declare const count: number; -->',
    `${FENCE}ts`,
    'const next: number = count + 1;',
    FENCE,
    `${FENCE}tsx`,
    'const next = await Promise.resolve(<p>1</p>);',
    FENCE,
    `${FENCE}sh`,
    'not TypeScript',
    FENCE,
  ].join('\n');

  const blocks = codeBlocksOf('README.md', page);

  expect(blocks.map(({ line }) => line)).toEqual([3, 6]);
  expect(compileBlocks(blocks)).toEqual([]);
});

test('a link to a file that is not there is found, others are left alone', () => {
  const page = '[a](there.md#part) [b](../gone.md)\n[c](https://example.com/x) [d](#here)\n';

  const violations = brokenLinks('docs/page.md', page, (path) => path === 'docs/there.md');

  expect(violations).toEqual([{ path: 'docs/page.md', line: 1, message: 'links to ../gone.md, which is not there' }]);
});

test('a page of the package says where a link out of it leads', () => {
  const page =
    'See [a](b.md) and\n[c](../examples/c.md).\n\nIn the repository, [c](../examples/c.md) [d](https://example.com/d).\n';
  const isPacked = (path: string) => /^docs\/[^/]+$/.test(path);

  const violations = linksOutOfPackage('docs/page.md', page, isPacked);

  expect(violations).toEqual([
    {
      path: 'docs/page.md',
      line: 2,
      message: 'links to ../examples/c.md, which is not in the package: say that it is in the repository',
    },
  ]);
  expect(linksOutOfPackage('docs/decisions/page.md', page, isPacked)).toEqual([]);
});

test('figures are replaced where they stand, and unknown ones refused', () => {
  const page = 'It takes <!-- figure: client -->99 KiB<!-- /figure --> of a bundle.';

  const measured = withFigures(page, new Map([['client', '12.3 KiB']]));

  expect(figuresIn(measured)).toEqual([{ name: 'client', text: '12.3 KiB' }]);
  expect(() => withFigures(page, new Map())).toThrow('Nobody measures the figure "client".');
});
