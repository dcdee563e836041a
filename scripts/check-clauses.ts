/**
 * `npm run check:clauses`: lists the promises of test/clauses.json that no test carries in its name, by the release
 * that owes them, and fails if this release owes one of them.
 */
import { readFileSync } from 'node:fs';
import { type Clause, idsInTestNames } from './rules/clauses.js';
import { ROOT, readSourceTree } from './rules/source-tree.js';

interface ClauseList {
  /** The release that is being made; it and the ones before it owe their clauses. */
  readonly release: string;
  readonly clauses: Readonly<Record<string, Clause>>;
}

// The shape is held by a test of this file.
const list = JSON.parse(readFileSync(`${ROOT}test/clauses.json`, 'utf8')) as ClauseList;
const proven = idsInTestNames(readSourceTree(['test']));

const open = Object.entries(list.clauses).filter(([id]) => !proven.has(id));
const owed = open.filter(([, { release }]) => release !== null && release <= list.release);
const later = open.filter(([id]) => !owed.some(([owedId]) => owedId === id));
const unknown = [...proven].filter((id) => list.clauses[id] === undefined);

for (const release of [...new Set(later.map(([, clause]) => clause.release))].sort()) {
  const ids = later.filter(([, clause]) => clause.release === release).map(([id]) => id);
  console.log(`${release ?? 'Not planned yet'}, ${ids.length} to come: ${ids.join(' ')}`);
}
for (const [id, { title }] of owed) console.error(`Owed by ${list.release} and in no test: ${id} ${title}`);
for (const id of unknown) console.error(`In the name of a test and not in test/clauses.json: ${id}`);

const total = Object.keys(list.clauses).length;
console.log(
  `Clauses: ${total - open.length} of ${total} are in tests; ${owed.length} owed by ${list.release} are not.`,
);
process.exitCode = owed.length + unknown.length > 0 ? 1 : 0;
