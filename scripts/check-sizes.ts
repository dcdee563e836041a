/** `npm run check:sizes`: prints what each part adds to an application's bundle, and fails over its limit. */
import { inKibibytes, measureSizes } from './sizes.js';

for (const { label, sizeBytes, limitBytes } of measureSizes()) {
  const isWithin = sizeBytes <= limitBytes;
  console.log(
    `${isWithin ? 'passed' : 'FAILED'}  ${inKibibytes(sizeBytes).padStart(9)} of ${inKibibytes(limitBytes).padStart(9)}  ${label}`,
  );
  if (!isWithin) process.exitCode = 1;
}
