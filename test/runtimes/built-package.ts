/** The package as it is built, beside programs that use it by its name, as an application would. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from '../../scripts/rules/source-tree.js';
import { runTool } from '../../scripts/run.js';

const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url));

export interface BuiltPackage {
  /** The built program of that name, to be run by Node. */
  program(name: string): string;
  /** A program and the package in one script without imports, for a platform that resolves as these conditions say. */
  script(name: string, conditions: readonly string[]): Promise<string>;
  remove(): void;
}

/** Lies within the project, so that the dependencies of the package are found as ever. */
export async function buildPackage(): Promise<BuiltPackage> {
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'chatsocket-runtimes-'));
  const home = join(folder, 'node_modules', 'chatsocket');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    buildInto(join(home, 'dist'));
    // Else esbuild takes the programs for a part of this project, and its own name for the `dist` of it.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    copyFileSync(join(ROOT, 'package.json'), join(home, 'package.json'));
    await build({
      ...{ entryPoints: readdirSync(PROGRAMS).map((file) => join(PROGRAMS, file)), outdir: folder },
      ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', outExtension: { '.js': '.mjs' } },
      tsconfigRaw: {},
    });
  } catch (error) {
    remove();
    throw error;
  }
  const program = (name: string) => join(folder, `${name}.mjs`);
  return {
    program,
    async script(name, conditions) {
      const { outputFiles } = await build({
        ...{ entryPoints: [program(name)], bundle: true, write: false, format: 'iife', globalName: 'program' },
        ...{ platform: 'neutral', mainFields: ['module', 'main'], conditions: [...conditions], target: 'es2022' },
        ...{ tsconfigRaw: {}, logLevel: 'error' },
      });
      return outputFiles.map(({ text }) => text).join('\n');
    },
    remove,
  };
}

/** The same build as that of the package but for its types, which take long and are tested elsewhere. */
export function buildInto(folder: string): void {
  const args = ['--no-dts', '--out-dir', folder, '--onSuccess', 'node --version'];
  const built = runTool('tsup/dist/cli-default.js', args);
  if (!built.succeeded) throw new Error(`The build failed:\n${built.output}`);
}
