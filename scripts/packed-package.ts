/** The package as users get it: built, packed, and installed into an empty project. */
import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './rules/source-tree.js';
import { run, runTool } from './run.js';

/** What `npm pack` says of the tarball. */
export interface Packed {
  readonly tarball: string;
  readonly integrity: string;
  readonly sizeBytes: number;
  readonly files: readonly string[];
}

interface PackReport {
  readonly filename: string;
  readonly integrity: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Everything that may be in the tarball: the built entries, the chunks they share, the pages, and the papers. */
const MAY_BE_PACKED = [
  /^dist\/(index|protocols|schemas|transports|storage|react|testing)\.(js|cjs|d\.ts|d\.cts)$/,
  /^dist\/[a-z-]+-[A-Za-z0-9_-]+\.(js|cjs|d\.ts|d\.cts)$/,
  /^dist\/.+\.(js|cjs)\.map$/,
  /^docs\/(?:(?:guides|protocols)\/)?[\w-]+\.md$/,
  /^(package\.json|README\.md|CHANGELOG\.md|THIRD-PARTY-NOTICES\.md|LICENSE)$/,
];

export function isPublished(file: string): boolean {
  return MAY_BE_PACKED.some((pattern) => pattern.test(file));
}

export function build(): void {
  const built = runTool('tsup/dist/cli-default.js', []);
  if (!built.succeeded) throw new Error(`The build failed:\n${built.output}`);
}

export function buildIfMissing(): void {
  if (!existsSync(`${ROOT}dist/index.js`)) build();
}

/** Packs what is in the `dist` of a project into an own folder below `folder`. */
export async function pack(folder: string, label: string, project = ROOT): Promise<Packed> {
  const target = join(folder, label);
  await mkdir(target);
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', target], { folder: project });
  if (!packed.succeeded) throw new Error(`npm pack failed:\n${packed.output}`);
  // The shape is that of npm 9 and later.
  const [report] = JSON.parse(packed.standardOutput) as PackReport[];
  if (report === undefined) throw new Error('npm pack said nothing of a tarball.');
  const { filename, integrity, size, files } = report;
  return { tarball: join(target, filename), integrity, sizeBytes: size, files: files.map(({ path }) => path).sort() };
}

export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'chatsocket-'));
}

/** Installs the tarball into an empty project, with its own dependencies and nothing else; returns the project's folder. */
export async function installPacked(folder: string, { tarball }: Packed): Promise<string> {
  const project = join(folder, 'project');
  await mkdir(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-save', '--omit=peer', tarball];
  const installed = run('npm', args, { folder: project });
  if (!installed.succeeded) throw new Error(`npm install of the tarball failed:\n${installed.output}`);
  return project;
}

/** Lends packages of this repository to the project: React and its types, which applications bring themselves. */
export async function lendPackages(project: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const link = join(project, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link, 'junction');
  }
}
