import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { entryFor, type Lockfile, missingFrom } from '../../scripts/optional-packages.js';
import { ROOT } from '../../scripts/rules/source-tree.js';

// The shape is npm's lockfile version 3.
const lockfile = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as Lockfile;

test('C17 the lockfile names no registry, and every hash in it is sha512', () => {
  const entries = Object.values(lockfile.packages);

  const hosts = entries.filter(({ resolved }) => resolved !== undefined);
  const weak = entries.filter(({ integrity }) => integrity !== undefined && !/^sha512-/.test(integrity));

  expect({ hosts, weak }).toEqual({ hosts: [], weak: [] });
});

test('C17 every package of the lockfile has a hash, but for those of other platforms, and none of ours runs on install', () => {
  const packages = Object.entries(lockfile.packages).filter(([place]) => place !== '');

  const open = packages.filter(
    ([, { integrity, optional, os }]) => integrity === undefined && !(optional === true && os !== undefined),
  );
  const ours = packages.filter(([, { dev }]) => dev !== true);

  expect(open.map(([place]) => place)).toEqual([]);
  expect(ours.map(([place]) => place)).toEqual([
    'node_modules/eventemitter3',
    'node_modules/nanoid',
    'node_modules/zod',
  ]);
  expect(ours.filter(([, locked]) => 'hasInstallScript' in locked)).toEqual([]);
});

test('the lockfile holds the packages of every platform', () => {
  const missing = [...missingFrom(lockfile).keys()];

  expect(missing).toEqual([]);
});

test('an optional package is found where Node would find it, and nowhere else', () => {
  const packages: Lockfile['packages'] = {
    'node_modules/a': { optionalDependencies: { '@os/linux-x64': '1.0.0', '@os/darwin-x64': '1.0.0' } },
    'node_modules/a/node_modules/@os/linux-x64': {},
    'node_modules/b': { optionalDependencies: { '@os/win32-x64': '2.0.0' } },
    'node_modules/a/node_modules/@os/win32-x64': {},
    'node_modules/@os/darwin-x64': {},
  };

  const missing = missingFrom({ packages });

  expect([...missing]).toEqual([['@os/win32-x64', '2.0.0']]);
});

test.each([
  ['@rollup/rollup-linux-arm-musleabihf', { cpu: ['arm'], libc: ['musl'], os: ['linux'] }],
  ['@biomejs/cli-linux-x64', { cpu: ['x64'], libc: ['glibc'], os: ['linux'] }],
  ['@biomejs/cli-win32-arm64', { cpu: ['arm64'], os: ['win32'] }],
])('the platform of %s is read from its name', (name, expected) => {
  const entry = entryFor(name, '1.2.3');

  expect(entry).toEqual({ version: '1.2.3', dev: true, optional: true, ...expected });
});
