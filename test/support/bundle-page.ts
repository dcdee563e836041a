/** The script of a page that a test serves, as a bundler makes it for an application. */
import { basename } from 'node:path';
import { build } from 'vite';

export interface PageSource {
  /** The file of its main module. */
  readonly entry: string;
  /** Where subpaths of the package are read from; default: nowhere, the entry names its sources. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** One script that needs nothing else, not even a module loader. */
export async function bundlePage({ entry, alias = {} }: PageSource): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    // The environment says "test", for which vite would build for development.
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    resolve: { alias },
    build: { write: false, lib: { entry, formats: ['iife'], name: 'page' } },
  });
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  const chunk = outputs.find((output) => output.type === 'chunk');
  if (chunk === undefined) throw new Error(`${basename(entry)} does not bundle.`);
  return chunk.code;
}
