/** Which optional packages of other platforms a lockfile lacks. */

/** The parts of a lockfile's entry that matter here. */
export interface LockedPackage {
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

/** npm's lockfile, version 3. */
export interface Lockfile {
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
export function entryFor(name: string, version: string): LockedPackage {
  const words = name.split(/[/-]/);
  const os = OPERATING_SYSTEMS.find((word) => words.includes(word));
  const cpu = PROCESSORS.find((word) => words.includes(word));
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(`Cannot read a platform from ${name}@${version}: add it to package-lock.json by hand.`);
  }
  const libc = os === 'linux' ? { libc: [name.includes('musl') ? 'musl' : 'glibc'] } : {};
  // In the order in which npm writes them.
  return { version, cpu: [cpu], dev: true, ...libc, optional: true, os: [os] };
}
