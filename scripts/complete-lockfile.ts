/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out, because the registry in use
 * does not serve them; `npm ci` refuses a lockfile without them. With `--check` it changes nothing and fails instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { entryFor, type Lockfile, missingFrom } from './optional-packages.js';

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
