/** From JSON Schema, as zod makes it of our schemas, to JavaScript that answers true or false and nothing else. */

/** The part of JSON Schema that zod makes of our schemas. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** Predicates by their code, so that equal schemas share one; in the order in which they are needed. */
class Predicates {
  readonly #nameByCode = new Map<string, string>();
  readonly #definitions: string[] = [];
  readonly #frames: ReadonlySet<string>;

  constructor(frames: readonly JsonSchema[]) {
    this.#frames = new Set(frames.map((frame) => JSON.stringify(frame)));
  }

  isFrame(schema: JsonSchema): boolean {
    return this.#frames.has(JSON.stringify(schema));
  }

  /** The name of the predicate with this code, which is defined on first use. */
  name(proposed: string, code: string): string {
    const known = this.#nameByCode.get(code);
    if (known !== undefined) return known;
    if ([...this.#nameByCode.values()].includes(proposed)) throw new Error(`Two predicates want the name ${proposed}.`);
    this.#nameByCode.set(code, proposed);
    this.#definitions.push(`const ${proposed} = (value) => ${code};\n`);
    return proposed;
  }

  get text(): string {
    return this.#definitions.join('');
  }
}

/** One switch over the field that tells frames apart; what all of them have in common is checked once, before it. */
export function emitFrames(union: JsonSchema, tag: string): string {
  expectKeywords(union, ['$schema', '$defs', 'oneOf']);
  const frames = union.oneOf ?? [];
  const [first] = frames;
  if (first === undefined) throw new Error('The schema of the frames is no discriminated union.');
  const predicates = new Predicates(frames);
  emitParts(union, predicates);
  const shared = Object.keys(first.properties ?? {}).filter((key) => frames.every((one) => sameField(one, first, key)));
  const place = { access: 'frame', owner: '', predicates };
  const sharedChecks = shared.map((key) => emitField(first, key, place)).filter((check) => check !== '');
  const cases = frames.map((frame) => emitCase(frame, { tag, shared, predicates }));
  return `${RUNTIME}${predicates.text}
/** Null for a type that no frame has. */
function judge(frame) {
  if (!(${sharedChecks.join(' && ') || 'true'})) return false;
  switch (frame.${tag}) {
${cases.map(({ type, check }) => `    case '${type}':\n      return ${check};\n`).join('')}    default:
      return null;
  }
}

export const isServerFrame = (frame) => judge(frame) === true;
export const isServerFrameType = (${tag}) => judge({ ${tag} }) !== null;
`;
}

/** The schemas that were given a name. */
function emitParts(union: JsonSchema, predicates: Predicates): void {
  for (const [id, part] of Object.entries(union.$defs ?? {})) {
    if (emitObject(part, `is${id}`, predicates) !== `is${id}`) throw new Error(`${id} is another part once more.`);
  }
}

/** What the cases of one switch have in common. */
interface Switch {
  readonly tag: string;
  readonly shared: readonly string[];
  readonly predicates: Predicates;
}

/** What is particular to the frames of one type. */
function emitCase(frame: JsonSchema, { tag, shared, predicates }: Switch): { type: string; check: string } {
  expectKeywords(frame, ['type', 'properties', 'required']);
  const type = frame.properties?.[tag]?.const;
  if (type === undefined || !/^\w+$/.test(type)) throw new Error(`A frame cannot have the ${tag} ${type}.`);
  const keys = Object.keys(frame.properties ?? {}).filter((key) => key !== tag && !shared.includes(key));
  const place = { access: 'frame', owner: pascal(type), predicates };
  const checks = keys.map((key) => emitField(frame, key, place)).filter((check) => check !== '');
  return { type, check: checks.join(' && ') || 'true' };
}

/** What every generated file begins with. */
const RUNTIME = `
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isArrayOf = (value, isItem) => Array.isArray(value) && value.every((item) => isItem(item));
// The key __proto__ is left unread, as zod does; nobody copies it.
const isRecordOf = (value, isItem) =>
  isObject(value) && Object.keys(value).every((key) => key === '__proto__' || isItem(value[key]));
`;

interface Place {
  /** The expression that holds the object. */
  readonly access: string;
  /** The object's name, from which its fields' predicates are named. */
  readonly owner: string;
  readonly predicates: Predicates;
}

function sameField(left: JsonSchema, right: JsonSchema, key: string): boolean {
  const isRequired = (schema: JsonSchema) => schema.required?.includes(key) ?? false;
  const shape = (schema: JsonSchema) => JSON.stringify(schema.properties?.[key]);
  return isRequired(left) === isRequired(right) && shape(left) === shape(right);
}

/** The check of one field; empty where anything goes. */
function emitField(owner: JsonSchema, key: string, place: Place): string {
  const schema = owner.properties?.[key] ?? {};
  const access = `${place.access}.${key}`;
  const isRequired = owner.required?.includes(key) ?? false;
  if (!/^\w+$/.test(key)) throw new Error(`Cannot compile the field name ${key}.`);
  if (Object.keys(schema).length === 0) {
    if (isRequired) throw new Error(`${place.owner}.${key} is required but may be anything.`);
    return '';
  }
  const check = emitCheck(schema, access, { ...place, owner: place.owner + pascal(key) });
  return isRequired ? check : `(${access} === undefined || ${check})`;
}

function emitObject(schema: JsonSchema, name: string, predicates: Predicates): string {
  expectKeywords(schema, ['type', 'properties', 'required']);
  const place = { access: 'value', owner: name.slice('is'.length), predicates };
  const checks = Object.keys(schema.properties ?? {}).map((key) => emitField(schema, key, place));
  const code = ['isObject(value)', ...checks.filter((check) => check !== '')].join('\n  && ');
  return predicates.name(name, code);
}

/** An expression that is true where `access` holds what the schema describes. */
function emitCheck(schema: JsonSchema, access: string, place: Place): string {
  const { predicates, owner } = place;
  if (schema.$ref !== undefined) {
    expectKeywords(schema, ['$ref']);
    return `is${schema.$ref.replace('#/$defs/', '')}(${access})`;
  }
  if (schema.anyOf !== undefined) {
    expectKeywords(schema, ['anyOf']);
    return `(${schema.anyOf.map((branch) => emitCheck(branch, access, place)).join(' || ')})`;
  }
  if (schema.oneOf !== undefined) return emitNestedFrames(schema, access, predicates);
  if (typeof schema.type === 'object') {
    expectKeywords(schema, ['type']);
    return `(${schema.type.map((type) => emitCheck({ type }, access, place)).join(' || ')})`;
  }
  switch (schema.type) {
    case 'null':
      expectKeywords(schema, ['type']);
      return `${access} === null`;
    case 'boolean':
      expectKeywords(schema, ['type']);
      return `typeof ${access} === 'boolean'`;
    case 'string':
      return emitString(schema, access, predicates);
    case 'number':
    case 'integer':
      return emitNumber(schema, access, predicates);
    case 'array':
      expectKeywords(schema, ['type', 'items']);
      return `isArrayOf(${access}, ${emitItem(schema.items ?? {}, place)})`;
    case 'object':
      if (schema.additionalProperties === undefined) {
        return `${emitObject(schema, `is${owner}`, predicates)}(${access})`;
      }
      expectKeywords(schema, ['type', 'propertyNames', 'additionalProperties']);
      return `isRecordOf(${access}, ${emitItem(schema.additionalProperties, place)})`;
    default:
      throw new Error(`Cannot compile ${JSON.stringify(schema)}.`);
  }
}

/** A frame within a frame is one of those that the switch knows already. */
function emitNestedFrames(schema: JsonSchema, access: string, predicates: Predicates): string {
  expectKeywords(schema, ['oneOf']);
  const branches = schema.oneOf ?? [];
  if (!branches.every((branch) => predicates.isFrame(branch)))
    throw new Error('Only whole frames can be alternatives.');
  const types = branches.map((branch) => `${access}.type === ${quote(branch.properties?.['type']?.const ?? '')}`);
  return `(isObject(${access}) && (${types.join(' || ')}) && isServerFrame(${access}))`;
}

/** The name of the predicate for one item of a list or record. */
function emitItem(schema: JsonSchema, place: Place): string {
  const check = emitCheck(schema, 'value', { ...place, owner: `${place.owner}Item` });
  return /^is\w+(?=\(value\)$)/.exec(check)?.[0] ?? `(value) => ${check}`;
}

/**
 * Lengths count code points, as JSON Schema and zod count them. Code units bound them from both sides, so a text is
 * spread into code points only where the units leave it open, and never one of any size.
 */
function emitString(schema: JsonSchema, access: string, predicates: Predicates): string {
  expectKeywords(schema, ['type', 'const', 'enum', 'minLength', 'maxLength']);
  const words = schema.const === undefined ? schema.enum : [schema.const];
  if (words?.some((word) => !/^\w+$/.test(word))) throw new Error(`Cannot compile the words ${words}.`);
  if (words !== undefined) return `(${words.map((word) => `${access} === ${quote(word)}`).join(' || ')})`;
  const { minLength, maxLength } = schema;
  if (minLength === undefined && maxLength === undefined) return `typeof ${access} === 'string'`;
  const units = 'value.length';
  const points = '[...value].length';
  const lower = minLength === undefined ? '' : ` && ${units} >= ${minLength}`;
  const lowerExact =
    minLength === undefined || minLength < 2 ? '' : ` && (${units} >= ${2 * minLength} || ${points} >= ${minLength})`;
  const upper =
    maxLength === undefined
      ? ''
      : ` && (${units} <= ${maxLength} || (${units} <= ${2 * maxLength} && ${points} <= ${maxLength}))`;
  const name = `isString${minLength ?? 0}To${maxLength ?? 'Any'}`;
  return `${predicates.name(name, `typeof value === 'string'${lower}${lowerExact}${upper}`)}(${access})`;
}

/** Numbers are finite, for 1e400 parses to Infinity; integers are safe ones. */
function emitNumber(schema: JsonSchema, access: string, predicates: Predicates): string {
  expectKeywords(schema, ['type', 'minimum', 'maximum']);
  const isInteger = schema.type === 'integer';
  const base = isInteger ? 'isSafeInteger' : 'isFinite';
  const minimum = isInteger && schema.minimum === Number.MIN_SAFE_INTEGER ? undefined : schema.minimum;
  const maximum = isInteger && schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  if (minimum === undefined && maximum === undefined) return `Number.${base}(${access})`;
  const lower = minimum === undefined ? '' : ` && value >= ${minimum}`;
  const upper = maximum === undefined ? '' : ` && value <= ${maximum}`;
  const name = `is${isInteger ? 'Integer' : 'Number'}${minimum ?? 'Any'}To${maximum ?? 'Any'}`.replaceAll(/[.-]/g, '_');
  return `${predicates.name(name, `Number.${base}(value)${lower}${upper}`)}(${access})`;
}

function expectKeywords(schema: JsonSchema, known: readonly string[]): void {
  const stranger = Object.keys(schema).find((keyword) => !known.includes(keyword));
  if (stranger !== undefined) throw new Error(`Cannot compile the keyword ${stranger} of ${JSON.stringify(schema)}.`);
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function quote(word: string): string {
  return `'${word}'`;
}
