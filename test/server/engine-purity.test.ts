import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../examples/server/engine/', import.meta.url));

const files = readdirSync(folder).map((name) => [name, readFileSync(`${folder}${name}`, 'utf8')] as const);

/** What a pure engine may reach for outside of its folder: shapes, hashes and types. */
const allowedImports = /^(\.\/[\w-]+\.js|chatsocket\/schemas|node:crypto)$/;

const impure = [
  ['the clock', /Date\.now|new Date\(\)|performance\./],
  ['dice', /Math\.random|randomUUID|randomBytes|getRandomValues/],
  ['timers', /set(Timeout|Interval|Immediate)|queueMicrotask/],
  ['promises', /\basync\b|\bawait\b|Promise/],
  ['the process', /\bprocess\.|\bconsole\.|\bfetch\(/],
] as const;

describe('the engine', () => {
  it.each(files)('imports nothing impure in %s', (_name, source) => {
    const imports = [...source.matchAll(/from '([^']+)'/g)].map(([, from = '']) => from);

    const fromCrypto = [...source.matchAll(/\{([^}]*)\} from 'node:crypto'/g)].map(([, names = '']) => names.trim());
    expect(imports.filter((from) => !allowedImports.test(from))).toEqual([]);
    expect(fromCrypto.filter((names) => names !== 'createHash')).toEqual([]);
  });

  it.each(impure)('never reaches for %s', (_what, pattern) => {
    const code = files.filter(([, source]) => pattern.test(source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|`[\s\S]*?`/g, '')));

    expect(code.map(([name]) => name)).toEqual([]);
  });
});
