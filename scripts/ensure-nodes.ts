/** Newer Nodes than the oldest that is supported, for the tests of their own WebSocket. They come from the npm registry. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './rules/source-tree.js';
import { run } from './run.js';

export interface NodeBinary {
  readonly path: string;
  /** Without the leading v. */
  readonly version: string;
  readonly hasWebSocket: boolean;
}

/** One of each line that has a WebSocket of its own, and differs in how it tells of an end. */
const VERSIONS = ['22.23.3', '24.22.3'] as const;

/** Goes with `node_modules`, as the other packages do. */
const FOLDER = join(ROOT, 'node_modules', '.cache', 'nodes');

const OWN: NodeBinary = {
  path: process.execPath,
  version: process.versions.node,
  hasWebSocket: typeof globalThis.WebSocket === 'function',
};

/** The Node that runs this, then those that were installed before. Installs nothing. */
export function findNodes(): readonly NodeBinary[] {
  const newer = VERSIONS.filter((version) => version !== OWN.version && existsSync(pathOf(version)));
  return [OWN, ...newer.map((version) => ({ path: pathOf(version), version, hasWebSocket: true }))];
}

/** Installs what is missing. Where the registry has none for this system, or cannot be asked, it says so and goes on. */
export function ensureNodes(): void {
  const missing = VERSIONS.filter((version) => version !== OWN.version && !existsSync(pathOf(version)));
  if (missing.length === 0) return;
  console.log(`Node ${missing.join(' and ')} for the tests of their WebSocket: npm installs them.`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), '{ "private": true }\n');
  const packages = VERSIONS.map((version) => `${nameOf(version)}@npm:node-${platform()}-${process.arch}@${version}`);
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', ...packages];
  const installed = run('npm', args, { folder: FOLDER });
  if (!installed.succeeded) console.log(`They could not be had; only Node ${OWN.version} is tested.`);
}

function pathOf(version: string): string {
  return join(FOLDER, 'node_modules', nameOf(version), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function nameOf(version: string): string {
  return `node-${version.replaceAll('.', '-')}`;
}

function platform(): string {
  return process.platform === 'win32' ? 'win' : process.platform;
}
