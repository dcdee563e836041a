/** One file with all of the simulation in it: fast to run, and where a test wants it, with mistakes planted. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Replaces a piece of a source file, which must hold it exactly once. */
export interface Patch {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Bundle {
  readonly path: string;
  remove(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export async function bundleWorker(patches: readonly Patch[] = []): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'chatsocket-simulation-'));
  const path = join(folder, 'worker.mjs');
  await build({
    entryPoints: [join(ROOT, 'test/simulation/runner/worker.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'es2021',
    supported: { 'top-level-await': true },
    tsconfigRaw: await readTsconfig(),
    format: 'esm',
    logLevel: 'error',
    absWorkingDir: ROOT,
    plugins: [prepare(patches)],
  });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

function prepare(patches: readonly Patch[]): Plugin {
  return {
    name: 'prepare',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const ofFile = patches.filter(({ file }) => path === join(ROOT, file));
        const source = await readFile(path, 'utf8');
        return { contents: withPlainNames(ofFile.reduce(patched, source)), loader: 'ts' };
      });
    },
  };
}

/** That of the repository, but for fields, which are assigned in the constructor: that costs the engine least. */
async function readTsconfig(): Promise<string> {
  // Plain JSON, of this repository.
  const { compilerOptions } = JSON.parse(await readFile(join(ROOT, 'tsconfig.json'), 'utf8')) as {
    readonly compilerOptions: object;
  };
  return JSON.stringify({ compilerOptions: { ...compilerOptions, baseUrl: ROOT, useDefineForClassFields: false } });
}

const ACCESS = /(?<=\.)#(?=[A-Za-z])/g;
const MEMBER = /^(\s+(?:(?:async|get|set|static|readonly) )*)#(?=[A-Za-z])/gm;
const PLAIN = 'private_';

/** The engine checks private names at every access, and nobody here has to be kept out: the same code, only faster. */
function withPlainNames(source: string): string {
  return source.replace(ACCESS, PLAIN).replace(MEMBER, `$1${PLAIN}`);
}

function patched(source: string, { file, find, replace }: Patch): string {
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`${file} holds the text to replace ${count} times: ${find}`);
  return source.replace(find, () => replace);
}
