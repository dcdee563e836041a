/** The CommonJS build where `require` loads no ES module, as in Jest. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CJS_CHECK } from '../../scripts/package-loads.js';
import { ROOT } from '../../scripts/rules/source-tree.js';
import { run } from '../../scripts/run.js';
import { type BuiltPackage, buildPackage } from './built-package.js';

const TEST_MAX_MS = 60_000;

let built: BuiltPackage;
let folder: string;

beforeAll(async () => {
  built = await buildPackage();
  folder = dirname(built.program('chat'));
}, TEST_MAX_MS);

afterAll(() => built.remove());

test(
  'every subpath is required without an ES module',
  () => {
    const flags = ['--no-experimental-require-module', '--input-type=commonjs'];

    const ran = run('node', [...flags, '--eval', CJS_CHECK], { folder });

    expect(ran).toMatchObject({ succeeded: true, output: '' });
  },
  TEST_MAX_MS,
);

test('C17 the notices name every package whose code is in the build', () => {
  const dist = join(folder, 'node_modules/chatsocket/dist');
  const code = readdirSync(dist).filter((file) => /\.c?js$/.test(file));
  const text = code.map((file) => readFileSync(join(dist, file), 'utf8')).join('\n');
  // The bundler says above each module where it comes from.
  const held = new Set([...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map((match) => match[1]));
  const notices = readFileSync(join(ROOT, 'THIRD-PARTY-NOTICES.md'), 'utf8');

  expect([...held].sort()).toEqual(['idb', 'nanoid']);
  expect([...held].filter((name) => !notices.includes(`[${name}]`))).toEqual([]);
});
