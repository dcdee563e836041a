/** Source files as texts by path, so that the rules can be tried on trees that exist only in a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Text by path; paths are relative to the repository and use `/`. */
export type SourceTree = ReadonlyMap<string, string>;

/** Something that breaks a rule. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const LEFT_OUT = new Set(['node_modules', 'dist', 'artifacts', 'build', 'fixtures']);

/** Every TypeScript file below the folders. */
export function readSourceTree(folders: readonly string[]): SourceTree {
  const paths = folders.flatMap((folder) => pathsBelow(folder));
  return new Map(paths.filter((path) => /\.tsx?$/.test(path)).map((path) => [path, readFileSync(ROOT + path, 'utf8')]));
}

/** Every file below the folder, generated folders left out. */
export function pathsBelow(folder: string): string[] {
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? pathsBelow(path) : [path];
  });
}

export function printViolation({ path, line, message }: Violation): string {
  return `${path}:${line} ${message}`;
}
