/** Finds a Python that can run examples/django or, as root on Debian, installs what it needs; null where none could be had. */
import { aptInstall, isRootOnDebian, succeeds, withoutServices } from './apt.js';
import { DJANGO_PACKAGES, findDjango } from './find-django.js';

export function ensureDjango(): string | null {
  const found = findDjango();
  if (found !== null || !isRootOnDebian()) return found;
  console.log('No Python with Django and Channels was found: apt installs those of this system.');
  const isInstalled = withoutServices(() => aptInstall(...DJANGO_PACKAGES).every(succeeds));
  return isInstalled ? findDjango() : null;
}
