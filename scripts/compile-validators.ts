/**
 * Compiles the zod schemas of the wire into plain comparisons, so that the client checks a frame without zod, without
 * `eval` and at next to no cost. The schemas reach this script as JSON Schema; a keyword that it does not know is an
 * error, never a check left out.
 *
 * `tsx scripts/compile-validators.ts` writes the files, `--check` fails where they differ from what is checked in.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { messageSchema, serverFrameSchema } from '../src/protocols/envelope/schema.js';
import { serverFrameSchema as streamingFrameSchema } from '../src/protocols/streaming/schema.js';
import { serverFrameSchema as threadFrameSchema } from '../src/protocols/thread/schema.js';
import { emitFrames, type JsonSchema } from './compile-validators.emit.js';

/** One protocol's frames, and the parts of them that deserve a name of their own. */
interface Family {
  readonly folder: string;
  /** The field that tells its frames apart. */
  readonly tag: string;
  readonly frames: z.ZodType;
  readonly parts: Readonly<Record<string, z.ZodType>>;
  /** The schema file's types that the client's code needs. */
  readonly types: readonly string[];
}

/** A file of the output, its path from the root of the repository. */
export interface CompiledFile {
  readonly path: string;
  readonly text: string;
}

const FAMILIES: readonly Family[] = [
  {
    folder: 'src/protocols/envelope',
    tag: 'type',
    frames: serverFrameSchema,
    parts: { Message: messageSchema },
    types: ['MessageOnWire', 'ServerFrame'],
  },
  { folder: 'src/protocols/streaming', tag: 'event', frames: streamingFrameSchema, parts: {}, types: ['ServerFrame'] },
  { folder: 'src/protocols/thread', tag: 'event', frames: threadFrameSchema, parts: {}, types: ['ServerFrame'] },
];

const HEADER = '// Generated from schema.ts by scripts/compile-validators.ts. Do not edit.\n';

/** The validators of every protocol, as they have to be checked in. */
export function compileValidators(): CompiledFile[] {
  return FAMILIES.flatMap(({ folder, tag, frames, parts, types }) => [
    { path: `${folder}/validators.js`, text: HEADER + emitFrames(toJsonSchema(frames, parts), tag) },
    { path: `${folder}/validators.d.ts`, text: HEADER + declare(types) },
  ]);
}

const declare = (types: readonly string[]) => `import type { ServerFrame } from './schema.js';

export type { ${types.join(', ')} } from './schema.js';
/** True where the schema takes the frame. */
export declare function isServerFrame(frame: object): frame is ServerFrame;
/** True for a frame type that the schema names. */
export declare function isServerFrameType(type: unknown): boolean;
`;

function toJsonSchema(frames: z.ZodType, parts: Readonly<Record<string, z.ZodType>>): JsonSchema {
  const names = z.registry<{ id: string }>();
  for (const [id, part] of Object.entries(parts)) names.add(part, { id });
  // Safe: `expectKeywords` refuses, schema by schema, whatever `JsonSchema` does not describe.
  return z.toJSONSchema(frames, { io: 'input', metadata: names }) as JsonSchema;
}

function main(): void {
  const root = new URL('../', import.meta.url);
  for (const { path, text } of compileValidators()) {
    const file = fileURLToPath(new URL(path, root));
    if (!process.argv.includes('--check')) {
      writeFileSync(file, text);
    } else if (readFileSync(file, 'utf8') !== text) {
      console.error(`${path} is not what its schema compiles to. Run: npm run validators`);
      process.exitCode = 1;
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
