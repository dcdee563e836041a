/** Which room of `src` may know which: the layers, the packages, no cycles, no way round through an `index.ts`. */
import { type Import, importsOf } from './imports.js';
import type { SourceTree, Violation } from './source-tree.js';

/** What a layer may import besides itself; `types` where no code may be drawn in. */
type Access = 'code' | 'types';

const ADAPTER_LAYERS = ['platform', 'transports', 'storage', 'tabs', 'protocols'];
const PORTS_AND_BELOW = { ports: 'code', core: 'code', errors: 'code' } as const;
const WATCHER = { client: 'code', core: 'types', errors: 'code', ports: 'code' } as const;

const LAYERS: Readonly<Record<string, Readonly<Record<string, Access>>>> = {
  core: {},
  errors: { core: 'types' },
  ports: { core: 'types', errors: 'types' },
  platform: PORTS_AND_BELOW,
  transports: PORTS_AND_BELOW,
  storage: PORTS_AND_BELOW,
  tabs: PORTS_AND_BELOW,
  protocols: PORTS_AND_BELOW,
  client: {
    ...PORTS_AND_BELOW,
    platform: 'code',
    transports: 'code',
    storage: 'code',
    tabs: 'code',
    protocols: 'code',
  },
  react: WATCHER,
  metrics: WATCHER,
  testing: WATCHER,
  devtools: WATCHER,
};

/** The one place where the client chooses its adapters. */
const WIRING = 'src/client/options/resolve-options.ts';

/** Packages, and the files that may import them. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  nanoid: /^src\/platform\/nanoid-ids\.ts$/,
  eventemitter3: /^src\/client\/telling\/listeners\.ts$/,
  idb: /^src\/storage\/open-database\.ts$/,
  zod: /^src\/protocols\/(.+\/)?schema\.ts$/,
  react: /^src\/(react|devtools)\//,
};

const WIRE_SCHEMA = /^src\/protocols\/(.+\/)?schema\.ts$/;
/** The only way to the schemas: they draw in zod, which no runtime file may. */
const SCHEMAS_ENTRY = 'src/protocols/schemas.ts';

/** Everything in the tree that breaks an import rule. */
export function importViolations(tree: SourceTree): Violation[] {
  const imports = importsOf(tree);
  const inSource = imports.filter(({ from }) => from.startsWith('src/'));
  const rules = [layerFault, publicFaceFault, wiringFault, packageFault, schemaFault, indexFault, missingFault];
  const publicFiles = publicClientFiles(imports);
  const faults = inSource.flatMap((one) => rules.flatMap((rule) => violation(one, rule(one, publicFiles, tree))));
  const outside = imports
    .filter(({ from }) => !from.startsWith('src/'))
    .flatMap((one) => violation(one, outsideFault(one)));
  return [...faults, ...outside, ...cycles(inSource)];
}

type Fault = string | null;

function violation({ from, line }: Import, message: Fault): Violation[] {
  return message === null ? [] : [{ path: from, line, message }];
}

function layerOf(path: string): string | null {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

function layerFault({ from, to, isTypeOnly }: Import): Fault {
  const layer = layerOf(from);
  const target = to === null ? null : layerOf(to);
  // `src/index.ts` shows what the layers hold, and so may import each of them.
  if (layer === null || target === null || layer === target) return null;
  const allowed = LAYERS[layer];
  if (allowed === undefined) return `is in the layer ${layer}, which has no rule yet`;
  const access = allowed[target];
  if (access === undefined) return `may not import ${to}: ${layer} does not know ${target}`;
  if (access === 'types' && !isTypeOnly) return `may import only types from ${to}: ${layer} runs no code of ${target}`;
  return null;
}

/** What watches and serves knows only what an application could know too: the client files that `src/index.ts` shows. */
function publicFaceFault({ from, to }: Import, publicFiles: ReadonlySet<string>): Fault {
  const layer = layerOf(from);
  if (layer === null || LAYERS[layer] !== WATCHER || to === null || layerOf(to) !== 'client') return null;
  return publicFiles.has(to) ? null : `may not import ${to}, which src/index.ts does not show`;
}

function publicClientFiles(imports: readonly Import[]): ReadonlySet<string> {
  const shown = imports.filter(({ from, isReExport }) => from === 'src/index.ts' && isReExport);
  return new Set(shown.flatMap(({ to }) => to ?? []));
}

function wiringFault({ from, to, isTypeOnly }: Import): Fault {
  const isAdapter = to !== null && ADAPTER_LAYERS.includes(layerOf(to) ?? '');
  if (layerOf(from) !== 'client' || from === WIRING || !isAdapter || isTypeOnly) return null;
  return `may not import ${to}: adapters are chosen in ${WIRING}`;
}

function packageFault({ from, specifier }: Import): Fault {
  if (specifier.startsWith('.')) return null;
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
  const allowedIn = PACKAGES[name ?? ''];
  if (allowedIn === undefined) return `may not import the package ${specifier}`;
  return allowedIn.test(from) ? null : `may not import ${specifier} here`;
}

function schemaFault({ from, to, isTypeOnly }: Import): Fault {
  if (to === null || !WIRE_SCHEMA.test(to) || isTypeOnly) return null;
  if (from === SCHEMAS_ENTRY || WIRE_SCHEMA.test(from)) return null;
  return `may import only types from ${to}, which draws in zod`;
}

function indexFault({ to }: Import): Fault {
  return to !== null && /(^|\/)index\.tsx?$/.test(to)
    ? `may not import ${to}: import the file that holds the name`
    : null;
}

function missingFault({ to }: Import, _publicFiles: ReadonlySet<string>, tree: SourceTree): Fault {
  if (to === null || tree.has(to) || /\/validators\.js$/.test(to)) return null;
  return `imports ${to}, which is not there`;
}

/** Examples show how an application uses the package: by its subpaths alone. */
function outsideFault({ from, to }: Import): Fault {
  if (!from.startsWith('examples/') || to === null || !to.startsWith('src/')) return null;
  return `may not import ${to}: examples use the subpaths of the package`;
}

/** One violation for each circle of imports, at its first file in the order of names. */
function cycles(imports: readonly Import[]): Violation[] {
  const targets = new Map<string, Import[]>();
  for (const one of imports) targets.set(one.from, [...(targets.get(one.from) ?? []), one]);
  const done = new Set<string>();
  const found: Violation[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    for (const { to, line } of targets.get(path) ?? []) {
      if (to === null) continue;
      const start = trail.indexOf(to);
      if (start !== -1)
        found.push({ path, line, message: `closes a circle: ${[...trail.slice(start), to].join(' → ')}` });
      else if (!done.has(to)) walk(to, [...trail, to]);
    }
    done.add(path);
  };
  for (const path of [...targets.keys()].sort()) if (!done.has(path)) walk(path, [path]);
  return found;
}
