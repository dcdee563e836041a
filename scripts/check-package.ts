/**
 * `npm run check:package`: builds and packs the package, looks at the tarball as publint and are-the-types-wrong do,
 * holds its files to a list, and loads it in an empty project from ES modules and from CommonJS.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BRAND_CHECK, CJS_CHECK, ESM_CHECK, REACT_CHECK } from './package-loads.js';
import { build, installPacked, isPublished, lendPackages, type Packed, pack, scratchFolder } from './packed-package.js';
import { ROOT } from './rules/source-tree.js';
import { type RunResult, report, run, runTool } from './run.js';

const FORBIDDEN_IN_CODE = /\beval\s*\(|\bnew Function\b|\bFunction\s*\(|\binnerHTML\b|\bsetInterval\s*\(/;

const folder = scratchFolder();
try {
  build();
  const packed = await pack(folder, 'first');
  console.log(`${packed.files.length} files, ${Math.ceil(packed.sizeBytes / 1024)} KiB packed`);

  report('publint', runTool('publint/src/cli.js', ['run', packed.tarball, '--strict']));
  // The resolution of TypeScript's "node10" knows no subpaths; "bundler" and "node16" are what applications use.
  report(
    'are the types wrong',
    runTool('@arethetypeswrong/cli/dist/index.js', [packed.tarball, '--profile', 'node16']),
  );
  report('only the files on the list', unlistedFiles(packed));
  report('no code from texts, no HTML, no path of this machine', forbiddenCode());
  report("'use client' opens the React subpath", clientDirective());

  const project = await installPacked(folder, packed);
  report(
    'loads from ES modules, without React',
    run('node', ['--input-type=module', '--eval', ESM_CHECK], { folder: project }),
  );
  report(
    'loads from CommonJS, without React and without an ES module',
    run('node', ['--no-experimental-require-module', '--input-type=commonjs', '--eval', CJS_CHECK], {
      folder: project,
    }),
  );
  report(
    'errors are recognised across both builds',
    run('node', ['--input-type=module', '--eval', BRAND_CHECK], { folder: project }),
  );
  await lendPackages(project, ['react']);
  report(
    'the React subpath loads from both',
    run('node', ['--input-type=module', '--eval', REACT_CHECK], { folder: project }),
  );

  build();
  report('a second build packs to the same bytes', sameBytes(packed, await pack(folder, 'second')));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function result(complaints: readonly string[]): RunResult {
  return { succeeded: complaints.length === 0, output: complaints.join('\n'), standardOutput: '' };
}

function unlistedFiles({ files }: Packed): RunResult {
  const unlisted = files.filter((file) => !isPublished(file));
  return result(unlisted.map((file) => `${file} is in the tarball and on no list`));
}

function forbiddenCode(): RunResult {
  const complaints = readdirSync(`${ROOT}dist`).flatMap((file) => {
    const text = readFileSync(`${ROOT}dist/${file}`, 'utf8');
    const sink = /\.c?js$/.test(file) ? FORBIDDEN_IN_CODE.exec(text)?.[0] : undefined;
    return [
      ...(sink === undefined ? [] : [`dist/${file} holds ${sink}`]),
      ...(text.includes(ROOT) ? [`dist/${file} holds a path of this machine`] : []),
    ];
  });
  return result(complaints);
}

function clientDirective(): RunResult {
  const missing = ['react.js', 'react.cjs'].filter(
    (file) => !/^(["']use strict["'];?\s*)?["']use client["']/.test(readFileSync(join(ROOT, 'dist', file), 'utf8')),
  );
  return result(missing.map((file) => `dist/${file} does not open with it`));
}

function sameBytes(first: Packed, second: Packed): RunResult {
  return result(first.integrity === second.integrity ? [] : [`${first.integrity} and ${second.integrity}`]);
}
