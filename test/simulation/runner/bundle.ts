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
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    sourcemap: 'inline',
    absWorkingDir: ROOT,
    plugins: patches.length === 0 ? [] : [plant(patches)],
  });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

function plant(patches: readonly Patch[]): Plugin {
  return {
    name: 'plant',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const ofFile = patches.filter(({ file }) => path === join(ROOT, file));
        if (ofFile.length === 0) return undefined;
        const source = await readFile(path, 'utf8');
        return { contents: ofFile.reduce(patched, source), loader: 'ts' };
      });
    },
  };
}

function patched(source: string, { file, find, replace }: Patch): string {
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`${file} holds the text to replace ${count} times: ${find}`);
  return source.replace(find, () => replace);
}
