/** Bundles the measured programs with the client, as an application would: tsx would add calls of its own to every closure. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../rules/source-tree.js';
import { runTool } from '../run.js';

export interface Bundle {
  /** The bundled program of an entry. */
  file(entry: URL): string;
  remove(): void;
}

/** Packages stay outside and are found as ever, since the bundle lies within the project. */
export function bundle(entries: readonly URL[]): Bundle {
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'chatsocket-bench-'));
  const built = runTool('tsup/dist/cli-default.js', [
    ...entries.map((entry) => fileURLToPath(entry)),
    ...['--no-config', '--format', 'esm', '--target', 'es2022', '--platform', 'node'],
    ...['--external', 'ws', '--external', 'level', '--sourcemap', '--no-splitting', '--out-dir', folder],
  ]);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (!built.succeeded) {
    remove();
    throw new Error(`The bundle failed:\n${built.output}`);
  }
  return { file: (entry) => join(folder, basename(fileURLToPath(entry)).replace(/\.ts$/, '.js')), remove };
}
