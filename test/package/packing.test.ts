/** What goes into the tarball, from a project with more lying about than should be published. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isPublished, type Packed, pack, scratchFolder } from '../../scripts/packed-package.js';
import { brokenLinks } from '../../scripts/rules/code-blocks.js';
import { ROOT } from '../../scripts/rules/source-tree.js';
import { buildInto } from '../runtimes/built-package.js';

const TEST_MAX_MS = 120_000;
const PAPERS = ['package.json', 'README.md', 'CHANGELOG.md', 'THIRD-PARTY-NOTICES.md', 'LICENSE'];
const PAGES = ['docs', 'docs/guides', 'docs/protocols'].flatMap((pages) =>
  readdirSync(join(ROOT, pages))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${pages}/${file}`),
);
/** What pages link to although it is in the repository alone; README.md says so. */
const IN_REPOSITORY = [
  'CONTRIBUTING.md',
  'docs/decisions',
  'examples/server/README.md',
  'examples/django/README.md',
  'examples/node-envelope/README.md',
];
/** What other projects have published by mistake. */
const LYING_ABOUT = [
  '.env',
  '.npmrc',
  'key.pem',
  'src/index.ts',
  'test/a.test.ts',
  'coverage/index.html',
  'docs/decisions/README.md',
  'docs/notes.txt',
  'binding.gyp',
];

let folder: string;
let first: Packed;
let second: Packed;

beforeAll(async () => {
  folder = scratchFolder();
  first = await packProject('first');
  second = await packProject('second');
}, TEST_MAX_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('C17 two builds pack to the same bytes', () => {
  expect(second.integrity).toMatch(/^sha512-/);
  expect(second.integrity).toBe(first.integrity);
});

test('C17 the tarball holds what is on the list, whatever lies about', () => {
  expect(first.files.filter((file) => !isPublished(file))).toEqual([]);
  expect(first.files).toEqual(expect.arrayContaining([...PAPERS, ...PAGES, 'dist/index.js', 'dist/storage.cjs']));
});

test('what the packed pages link to is packed, or README.md says that it is not', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const isKnown = (path: string) => first.files.includes(path) || IN_REPOSITORY.some((one) => path.startsWith(one));

  const dead = ['README.md', 'CHANGELOG.md', ...PAGES].flatMap((page) =>
    brokenLinks(page, readFileSync(join(ROOT, page), 'utf8'), isKnown),
  );

  expect(dead).toEqual([]);
  const [, told = ''] = readme.split('In the repository, not in the package:');
  expect(IN_REPOSITORY.filter((path) => !told.includes(`](${path}`))).toEqual([]);
});

test.each(LYING_ABOUT)('C17 %s is on no list', (file) => {
  expect([isPublished(file), isPublished(`dist/${file}`)]).toEqual([false, false]);
});

/** Built anew, in the same place: the names of the built files depend on where that is. */
async function packProject(label: string): Promise<Packed> {
  const project = join(folder, 'project');
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project);
  mkdirSync(join(project, 'docs'));
  for (const folderOfPages of ['docs/guides', 'docs/protocols']) mkdirSync(join(project, folderOfPages));
  for (const paper of [...PAPERS, ...PAGES]) copyFileSync(join(ROOT, paper), join(project, paper));
  for (const file of LYING_ABOUT) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), 'nobody is to have this\n');
  }
  buildInto(join(project, 'dist'));
  return pack(folder, label, project);
}
