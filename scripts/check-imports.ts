/** `npm run check:imports`: prints what breaks the rules of layers, packages and globals, and fails if anything does. */
import { globalViolations } from './rules/global-rules.js';
import { importViolations } from './rules/import-rules.js';
import { printViolation, readSourceTree } from './rules/source-tree.js';

const tree = readSourceTree(['src', 'examples']);
const violations = [...importViolations(tree), ...globalViolations(tree)];
for (const one of violations) console.error(printViolation(one));
console.log(`Import rules: ${tree.size} files, ${violations.length} violations.`);
process.exitCode = violations.length > 0 ? 1 : 0;
