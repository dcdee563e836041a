/**
 * `npm run check:docs`: the TypeScript in the pages compiles, their links lead somewhere, and the figures of README.md
 * are what is measured. Bundlers and gzip differ a little from Node to Node, so a figure may be off by a twentieth.
 */
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { figuresIn } from './figures-in-pages.js';
import { brokenLinks, codeBlocksOf, compileBlocks, linksOutOfPackage } from './rules/code-blocks.js';
import { pathsBelow, printViolation, ROOT, type Violation } from './rules/source-tree.js';
import { measureSizes } from './sizes.js';

const FIGURE_TOLERANCE = 0.05;
const KIBIBYTE = 1024;

const paths = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...pathsBelow('docs').filter((path) => path.endsWith('.md')),
];
const missing = paths.filter((path) => !existsSync(ROOT + path));
const pages = paths
  .filter((path) => !missing.includes(path))
  .map((path) => ({ path, text: readFileSync(ROOT + path, 'utf8') }));
const blocks = pages.flatMap(({ path, text }) => codeBlocksOf(path, text));

const violations: Violation[] = [
  ...missing.map((path) => ({ path, line: 1, message: 'is not there' })),
  ...compileBlocks(blocks),
  ...pages.flatMap(({ path, text }) => brokenLinks(path, text, (target) => existsSync(ROOT + target))),
  ...pages.flatMap(({ path, text }) => linksOutOfPackage(path, text, isPacked)),
  ...pages.flatMap(({ path, text }) => staleFigures(path, text)),
];

for (const one of violations) console.error(printViolation(one));
console.log(`Documents: ${pages.length} pages, ${blocks.length} blocks of code, ${violations.length} faults.`);
process.exitCode = violations.length > 0 ? 1 : 0;

/** npm packs a README by itself, and what package.json says: files, or all that is right in a folder. */
function isPacked(path: string): boolean {
  // The shape is that of npm.
  const { files } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { files: readonly string[] };
  return ['README.md', ...files].includes(path) || files.includes(posix.join(posix.dirname(path), '*.md'));
}

function staleFigures(path: string, text: string): Violation[] {
  const figures = figuresIn(text);
  if (figures.length === 0) return [];
  const sizes = new Map(measureSizes().map(({ label, sizeBytes }) => [label, sizeBytes / KIBIBYTE]));
  return figures.flatMap((figure) => {
    const measured = sizes.get(figure.name);
    const claimed = Number.parseFloat(figure.text);
    const isRight = measured !== undefined && Math.abs(claimed - measured) <= measured * FIGURE_TOLERANCE;
    if (isRight) return [];
    const now = measured === undefined ? 'nobody measures it' : `it is ${measured.toFixed(1)} KiB now`;
    return [
      { path, line: 1, message: `says ${figure.text} for "${figure.name}", but ${now}: run \`npm run figures\`` },
    ];
  });
}
