/** Says which tests of real networks can run here, and why the others cannot. Installs nothing: see ensure-network-tools.ts. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findRedis, REDIS_WAY_OUT } from './find-redis.js';

export interface NetworkSuite {
  readonly file: string;
  /** Why it cannot run here, and the way out; null where it can. */
  readonly fault: string | null;
  /** The Debian packages of what is missing. */
  readonly packages: readonly string[];
}

/** Where distributions keep what only administrators use, and Homebrew what it installs. */
const FURTHER_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The first with `-e`: an older one opens the log of the whole machine before it reads its configuration. */
const NGINX_VERSION_MIN = [1, 19, 5] as const;

const PACKAGE_OF_TOOL = { ip: 'iproute2', tc: 'iproute2', nft: 'nftables' } as const;

export function networkSuites(): readonly NetworkSuite[] {
  return [
    { file: 'test/network/nginx.test.ts', ...nginxFault() },
    { file: 'test/network/two-servers.test.ts', ...twoServersFault() },
    { file: 'test/network/kernel.test.ts', ...kernelFault() },
    { file: 'test/backends/nchan.test.ts', ...nchanFault() },
  ];
}

/** The path of nginx; throws where there is none that is fit. */
export function needNginx(): string {
  return needTool('nginx', nginxFault());
}

/** The path of nginx's module nchan; throws where there is none. */
export function needNchan(): string {
  const { fault } = nchanFault();
  const path = findNchan();
  if (fault !== null || path === null) throw new Error(fault ?? 'nchan is gone.');
  return path;
}

/** The path of `ip`, which leads to everything else; throws where no network can be made. */
export function needKernel(): string {
  return needTool('ip', kernelFault());
}

function needTool(name: string, { fault }: Finding): string {
  const path = findTool(name);
  if (fault !== null || path === null) throw new Error(fault ?? `${name} is gone.`);
  return path;
}

type Finding = Omit<NetworkSuite, 'file'>;

const FIT: Finding = { fault: null, packages: [] };

function nginxFault(): Finding {
  if (process.platform === 'win32') return { fault: 'It needs Linux or macOS.', packages: [] };
  const path = findTool('nginx');
  if (path === null) {
    const fault = 'nginx was not found. Install it (Debian: apt-get install nginx; macOS: brew install nginx).';
    return { fault, packages: ['nginx'] };
  }
  const { stderr } = spawnSync(path, ['-v'], { encoding: 'utf8' });
  const version =
    /nginx\/(\d+)\.(\d+)\.(\d+)/
      .exec(stderr ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  if (isAtLeast(version, NGINX_VERSION_MIN)) return FIT;
  const wanted = NGINX_VERSION_MIN.join('.');
  return { fault: `${path} is version ${version.join('.') || 'unknown'}. Install ${wanted} or later.`, packages: [] };
}

/** Redis itself is what ensure-redis.ts is for. */
function twoServersFault(): Finding {
  const nginx = nginxFault();
  if (nginx.fault !== null || findRedis() !== null) return nginx;
  return { fault: `redis-server was not found. ${REDIS_WAY_OUT}`, packages: [] };
}

/** Where Debian and Homebrew put modules of nginx. */
const MODULE_FOLDERS = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules', '/opt/homebrew/lib/nginx/modules'];

function findNchan(): string | null {
  const paths = MODULE_FOLDERS.map((folder) => join(folder, 'ngx_nchan_module.so'));
  return paths.find((path) => existsSync(path)) ?? null;
}

function nchanFault(): Finding {
  if (findNchan() !== null) return nginxFault();
  const { packages } = nginxFault();
  const fault = 'The module nchan of nginx was not found. Install it (Debian: apt-get install libnginx-mod-nchan).';
  return { fault, packages: [...packages, 'libnginx-mod-nchan'] };
}

function isAtLeast(version: readonly number[], wanted: readonly number[]): boolean {
  const difference = wanted.map((part, index) => (version[index] ?? 0) - part).find((part) => part !== 0);
  return version.length > 0 && (difference ?? 0) >= 0;
}

function kernelFault(): Finding {
  if (process.platform !== 'linux')
    return { fault: 'It needs network namespaces, which only Linux has.', packages: [] };
  if (process.getuid?.() !== 0) {
    const fault =
      'It needs root, to make networks of its own. Run `sudo env "PATH=$PATH" npm test -- --project network`.';
    return { fault, packages: [] };
  }
  const missing = (['ip', 'tc', 'nft'] as const).filter((tool) => findTool(tool) === null);
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((tool) => PACKAGE_OF_TOOL[tool]))];
    const fault = `${missing.join(', ')} not found. Install it (Debian: apt-get install ${packages.join(' ')}).`;
    return { fault, packages };
  }
  const complaint = tryNamespace();
  if (complaint === null) return FIT;
  const fault = `This root may not make networks of its own (${complaint}). In a container: --cap-add NET_ADMIN --cap-add SYS_ADMIN.`;
  return { fault, packages: [] };
}

/** What the system said against a namespace with a rule in it; null where it allows both. */
function tryNamespace(): string | null {
  const name = `chatsocket-${process.pid}-trial`;
  const attempts = [
    ['netns', 'add', name],
    ['netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'trial'],
    [
      'netns',
      'exec',
      name,
      'tc',
      'qdisc',
      'add',
      'dev',
      'lo',
      'root',
      'tbf',
      'rate',
      '1mbit',
      'burst',
      '5kb',
      'limit',
      '9kb',
    ],
  ];
  try {
    for (const attempt of attempts) {
      const { status, stderr, error } = spawnSync('ip', attempt, { encoding: 'utf8', env: environmentWithTools() });
      if (status !== 0) return (stderr || error?.message || `ip ended with ${status}`).trim().split('\n')[0] ?? '';
    }
    return null;
  } finally {
    spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore', env: environmentWithTools() });
  }
}

/** For commands that look for tools by name: the path of a plain user leaves out where these are. */
export function environmentWithTools(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: folders().join(delimiter) };
}

function findTool(name: string): string | null {
  return (
    folders()
      .map((folder) => join(folder, name))
      .find((path) => existsSync(path)) ?? null
  );
}

function folders(): readonly string[] {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...onPath, ...FURTHER_FOLDERS.filter((folder) => !onPath.includes(folder))];
}
