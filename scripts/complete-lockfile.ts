/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out, because the registry in use
 * does not serve them; `npm ci` refuses a lockfile without them. With `--check` it changes nothing and fails instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  cpu?: string[];
  dev?: boolean;
  libc?: string[];
  optional?: boolean;
  os?: string[];
  optionalDependencies?: Record<string, string>;
}

interface Lockfile {
  packages: Record<string, LockedPackage>;
}

const OPERATING_SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/** Where npm would look for `name` from the package at `location`, nearest first. */
function* placesFor(name: string, location: string): Generator<string> {
  let folder = location;
  while (folder !== '') {
    yield `${folder}/node_modules/${name}`;
    folder = folder.includes('/node_modules/') ? folder.slice(0, folder.lastIndexOf('/node_modules/')) : '';
  }
  yield `node_modules/${name}`;
}

/** The optional dependencies that no entry of the lockfile satisfies, with the version asked for. */
export function missingFrom(lockfile: Lockfile): ReadonlyMap<string, string> {
  const missing = new Map<string, string>();
  for (const [location, locked] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      const isThere = [...placesFor(name, location)].some((place) => lockfile.packages[place] !== undefined);
      if (!isThere) missing.set(name, version);
    }
  }
  return missing;
}

/** Reads the platform from a name such as `@rollup/rollup-linux-arm64-musl`. */
function entryFor(name: string, version: string): LockedPackage {
  const words = name.split(/[/-]/);
  const os = OPERATING_SYSTEMS.find((word) => words.includes(word));
  const cpu = PROCESSORS.find((word) => words.includes(word));
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(`Cannot read a platform from ${name}@${version}: add it to package-lock.json by hand.`);
  }
  const entry: LockedPackage = { version, cpu: [cpu], dev: true, optional: true, os: [os] };
  if (os === 'linux') entry.libc = [/musl/.test(name) ? 'musl' : 'glibc'];
  return entry;
}

function complete(lockfile: Lockfile): number {
  const missing = missingFrom(lockfile);
  for (const [name, version] of missing) lockfile.packages[`node_modules/${name}`] = entryFor(name, version);
  const sorted = Object.entries(lockfile.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lockfile.packages = Object.fromEntries(sorted);
  return missing.size;
}

const file = new URL('../package-lock.json', import.meta.url);
// The shape is npm's lockfile version 3, which this repository pins.
const lockfile = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;

if (process.argv.includes('--check')) {
  const missing = [...missingFrom(lockfile).keys()];
  for (const name of missing) console.error(`package-lock.json lacks ${name}: run \`npm run lockfile\`.`);
  process.exitCode = missing.length > 0 ? 1 : 0;
} else {
  const added = complete(lockfile);
  writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
  console.log(`package-lock.json: ${added} packages of other platforms added.`);
}
