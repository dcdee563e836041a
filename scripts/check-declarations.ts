/**
 * `npm run check:declarations`: compiles a small application against the packed types, from ES modules and from
 * CommonJS, under the oldest TypeScript that is supported, this repository's, and the newest.
 */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfMissing, installPacked, lendPackages, pack, scratchFolder } from './packed-package.js';
import { ROOT } from './rules/source-tree.js';
import { report, runTool } from './run.js';

const COMPILERS = ['typescript-5.4', 'typescript', 'typescript-7'];
const APPLICATION = `${ROOT}test/types/application.ts`;

const PROJECTS: Readonly<
  Record<string, { readonly file: string; readonly module: string; readonly resolution: string }>
> = {
  'ES modules': { file: 'application.mts', module: 'nodenext', resolution: 'nodenext' },
  CommonJS: { file: 'application.cts', module: 'nodenext', resolution: 'nodenext' },
  'a bundler': { file: 'application.ts', module: 'esnext', resolution: 'bundler' },
};

const folder = scratchFolder();
try {
  buildIfMissing();
  const project = await installPacked(folder, await pack(folder, 'tarball'));
  await lendPackages(project, ['react', '@types/react', 'csstype']);
  for (const [label, { file, module, resolution }] of Object.entries(PROJECTS)) {
    copyFileSync(APPLICATION, join(project, file));
    const config = `tsconfig.${file}.json`;
    writeFileSync(join(project, config), JSON.stringify(configOf(file, module, resolution)));
    for (const compiler of COMPILERS) {
      const compiled = runTool(`${compiler}/bin/tsc`, ['-p', config], { folder: project });
      report(`${label}, TypeScript ${versionOf(compiler)}`, compiled);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The strictest reading of the declarations: they are checked themselves, not skipped. */
function configOf(file: string, module: string, moduleResolution: string): unknown {
  return {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      module,
      moduleResolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      types: [],
      noEmit: true,
    },
    files: [file],
  };
}

function versionOf(compiler: string): string {
  // Every package has a version.
  const manifest = JSON.parse(readFileSync(`${ROOT}node_modules/${compiler}/package.json`, 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
