/** `npm run figures`: measures what README.md claims, prints it, and writes it into the page. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withFigures } from './figures-in-pages.js';
import { build } from './packed-package.js';
import { ROOT } from './rules/source-tree.js';
import { inKibibytes, measureSizes } from './sizes.js';

build();
const measured = new Map(measureSizes().map(({ label, sizeBytes }) => [label, inKibibytes(sizeBytes)]));
for (const [name, text] of measured) console.log(`${text.padStart(9)}  ${name}`);

const page = `${ROOT}README.md`;
writeFileSync(page, withFigures(readFileSync(page, 'utf8'), measured));
