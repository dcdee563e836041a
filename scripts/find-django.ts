/** Where a Python is that can run examples/django. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const VIRTUAL_ENVIRONMENT = fileURLToPath(new URL('../examples/django/.venv/bin/python', import.meta.url));

/** What the backend imports, by the names that Python knows. */
const MODULES = [
  'django',
  'channels',
  'daphne',
  'channels_redis',
  'celery',
  'rest_framework',
  'rest_framework_simplejwt',
  'redis',
];

export const DJANGO_PACKAGES = [
  'python3-django',
  'python3-django-channels',
  'daphne',
  'python3-channels-redis',
  'celery',
  'python3-djangorestframework',
  'python3-djangorestframework-simplejwt',
  'python3-redis',
] as const;

/** What needs it, and Redis. */
export const DJANGO_TESTS = 'test/backends/{django,streaming,thread}-*.test.ts';

export const DJANGO_WAY_OUT =
  `Install Django with Channels, Daphne, Celery and Redis (Debian: \`apt-get install ${DJANGO_PACKAGES.join(' ')} ` +
  'redis-server`; elsewhere: `python3 -m venv examples/django/.venv && examples/django/.venv/bin/pip install -r ' +
  'examples/django/requirements.txt`, and Redis 6.2 or newer), or set DJANGO_PYTHON to a Python that has them.';

/** The path of a Python that has every module; null where there is none. */
export function findDjango(): string | null {
  const { DJANGO_PYTHON } = process.env;
  if (DJANGO_PYTHON !== undefined && DJANGO_PYTHON !== '') return hasModules(DJANGO_PYTHON) ? DJANGO_PYTHON : null;
  // Debian's packages are in its own Python, which another one may hide in the PATH.
  return [VIRTUAL_ENVIRONMENT, '/usr/bin/python3', 'python3'].find(hasModules) ?? null;
}

function hasModules(python: string): boolean {
  const program = 'import importlib.util as u, sys; sys.exit(any(u.find_spec(name) is None for name in sys.argv[1:]))';
  return spawnSync(python, ['-c', program, ...MODULES], { stdio: 'ignore' }).status === 0;
}
