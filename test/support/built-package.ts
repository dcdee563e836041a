import { join } from 'node:path';
import { build, type Options } from 'tsup';
import { ROOT } from '../../scripts/rules/source-tree.js';
import configuration from '../../tsup.config.js';

const SUBPATHS = ['protocols', 'schemas', 'transports', 'storage', 'react', 'testing'];

/** Builds the package as it is published, but for its types, into a folder of its own; resolves with where each subpath is. */
export async function buildPackage(label: string): Promise<Readonly<Record<string, string>>> {
  const folder = join(ROOT, '.cache', label);
  await build({
    // It is one object, and no function of the command line.
    ...(configuration as Options),
    config: false,
    dts: false,
    silent: true,
    format: 'esm',
    outDir: folder,
    // What comes after a build is for the files in `dist`.
    onSuccess: async () => undefined,
  });
  // The first that fits is taken, and the main path fits all.
  return Object.fromEntries([
    ...SUBPATHS.map((name) => [`chatsocket/${name}`, join(folder, `${name}.js`)]),
    ['chatsocket', join(folder, 'index.js')],
  ]);
}
