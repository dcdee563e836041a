/** The page, with its one script as a bundler makes it for an application. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const SOURCES = fileURLToPath(new URL('../page', import.meta.url));
const AS_THEY_ARE = ['index.html', 'page.css'];

export interface PageOptions {
  /** Where subpaths of the package are read from; default: its sources beside this example, as tsconfig.json says. */
  readonly packages?: Readonly<Record<string, string>>;
}

/** Puts the page into this folder. */
export async function bundlePage(folder: string, { packages }: PageOptions): Promise<void> {
  await Promise.all(AS_THEY_ARE.map((name) => copyFile(join(SOURCES, name), join(folder, name))));
  await build({
    entryPoints: [join(SOURCES, 'page.ts')],
    outfile: join(folder, 'page.js'),
    ...{ bundle: true, format: 'esm', target: 'es2022', logLevel: 'error' },
    ...(packages === undefined ? {} : { alias: { ...packages }, tsconfigRaw: {} }),
  });
}
