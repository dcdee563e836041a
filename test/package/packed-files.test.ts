import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { pathsBelow, ROOT } from '../../scripts/rules/source-tree.js';

const manifest = z
  .object({
    files: z.array(z.string()),
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    peerDependencies: z.record(z.string(), z.string()),
    peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })),
    exports: z.record(z.string(), z.unknown()),
    sideEffects: z.boolean(),
  })
  .parse(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')));

test('C17 installing the package runs nothing', () => {
  const lifecycle = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];

  const scripts = lifecycle.filter((name) => manifest.scripts[name] !== undefined);

  expect(scripts).toEqual([]);
});

test('C17 the package has few dependencies, with exact versions', () => {
  expect(Object.keys(manifest.dependencies).sort()).toEqual(['eventemitter3', 'nanoid', 'zod']);
  for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('UP-53 React is left to the application, and may be missing', () => {
  expect(manifest.peerDependencies).toEqual({ react: '>=18.2' });
  expect(manifest.peerDependenciesMeta).toEqual({ react: { optional: true } });
});

test('the tarball holds the build, the pages and the papers', () => {
  expect(manifest.files).toEqual([
    'dist',
    'docs/*.md',
    'docs/guides/*.md',
    'docs/protocols/*.md',
    'CHANGELOG.md',
    'THIRD-PARTY-NOTICES.md',
  ]);
  expect(manifest.sideEffects).toBe(false);
});

test('every subpath has types of its own for ES modules and for CommonJS', () => {
  const subpaths = Object.entries(manifest.exports).filter(([subpath]) => subpath !== './package.json');

  for (const [subpath, target] of subpaths) {
    const file = subpath === '.' ? 'index' : subpath.slice(2);
    expect(target).toEqual({
      import: { types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` },
      require: { types: `./dist/${file}.d.cts`, default: `./dist/${file}.cjs` },
    });
  }
  expect(subpaths.map(([subpath]) => subpath)).toEqual([
    '.',
    './protocols',
    './schemas',
    './transports',
    './storage',
    './react',
    './testing',
  ]);
});

test("no file holds a path of somebody's machine", () => {
  const folders = ['src', 'examples', 'scripts', 'test', 'docs', '.github', '.changeset'];
  const text = /\.(ts|tsx|js|json|jsonl|md|yml|html|css)$/;

  const paths = folders.flatMap(pathsBelow).filter((path) => text.test(path));
  const found = paths.filter((path) =>
    /(^|[\s"'`(=:])\/(home|root|Users|work)\/\w/m.test(readFileSync(ROOT + path, 'utf8')),
  );

  expect(found).toEqual([]);
});
