/** Frames by the dice: valid ones read off the schema, and the same ones broken in a few places. */
import { z } from 'zod';
import { serverFrameSchema } from '../../src/protocols/envelope/schema.js';

type Json = Record<string, unknown>;

/** What zod's JSON Schema looks like from here. */
interface Shape {
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
}

/** Names that mean something to a JavaScript object. */
export const UNSAFE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON'];

/** Numbers at which readers differ. 2 ** 53 + 1 cannot be told from 2 ** 53; 1e400 parses to Infinity. */
export const NUMBERS = [
  0,
  -0,
  1,
  -1,
  1.5,
  -0.5,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  1e308,
  Infinity,
  -Infinity,
];

const TEXTS = [
  '',
  'x',
  '7',
  ' ',
  '\n',
  'é',
  'x'.repeat(200),
  'x'.repeat(201),
  '😀'.repeat(100),
  '😀'.repeat(101),
  '😀'.repeat(200),
  '😀'.repeat(201),
  `${'😀'.repeat(199)}xx`,
  '\ud800',
];
const KINDS = [null, true, false, 'object', 'array', 'list of null', 'nested', 'false length'] as const;

/** Dice that fall the same way for the same seed. */
function seededDice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

export class FrameGenerator {
  readonly #roll: (sides: number) => number;
  readonly #frames: readonly Shape[];

  constructor(seed: number, union: z.ZodType = serverFrameSchema) {
    this.#roll = seededDice(seed);
    // Safe: the union is one of our own schemas, and a shape that is not described above throws in `#value`.
    this.#frames = (z.toJSONSchema(union, { io: 'input' }) as Shape).oneOf ?? [];
  }

  get typesCount(): number {
    return this.#frames.length;
  }

  /** A frame that the schema takes. */
  valid(): Json {
    return this.#object(this.#pick(this.#frames));
  }

  /** A valid frame with up to three changes, each of which may or may not break it. */
  mutated(): Json {
    const frame = this.valid();
    for (let changes = 1 + this.#roll(3); changes > 0; changes -= 1) this.#change(frame);
    return frame;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#roll(items.length)];
    if (item === undefined) throw new Error('Nothing to pick from.');
    return item;
  }

  #object({ properties = {}, required = [] }: Shape): Json {
    const object: Json = {};
    for (const [key, shape] of Object.entries(properties)) {
      if (required.includes(key) || this.#roll(2) === 0) object[key] = this.#value(shape);
    }
    if (this.#roll(8) === 0) setOwn(object, this.#pick([...UNSAFE_NAMES, 'extra']), this.#junk());
    return object;
  }

  #value(shape: Shape): unknown {
    const branches = shape.anyOf ?? shape.oneOf ?? [];
    if (branches.length > 0) return this.#value(this.#pick(branches));
    const type = typeof shape.type === 'string' ? shape.type : shape.type && this.#pick(shape.type);
    switch (type) {
      case undefined:
        return this.#junk();
      case 'null':
        return null;
      case 'boolean':
        return this.#roll(2) === 0;
      case 'string':
        return shape.const ?? this.#pick(shape.enum ?? ['a', 'b-1', '😀', 'x'.repeat(200), '2026-11-20T21:34:39.468Z']);
      case 'number':
      case 'integer':
        return this.#pick([shape.minimum ?? -3, 1, 7, type === 'integer' ? 2 ** 53 - 1 : 1.5]);
      case 'array':
        return Array.from({ length: this.#roll(3) }, () => this.#value(shape.items ?? {}));
      case 'object':
        return shape.additionalProperties === undefined
          ? this.#object(shape)
          : this.#record(shape.additionalProperties);
      default:
        throw new Error(`Cannot make a ${type}.`);
    }
  }

  #record(shape: Shape): Json {
    const record: Json = {};
    for (let entries = this.#roll(3); entries > 0; entries -= 1) {
      setOwn(record, this.#pick(['c-1', 'c-2', ...UNSAFE_NAMES]), this.#value(shape));
    }
    return record;
  }

  /** Drops, retypes, doubles or exchanges a field anywhere in the frame. */
  #change(frame: Json): void {
    const slots = listSlots(frame);
    const [owner, key] = this.#pick(slots);
    const [otherOwner, otherKey] = this.#pick(slots);
    switch (this.#roll(6)) {
      case 0:
        // An array loses the whole place, for JSON has no holes.
        if (Array.isArray(owner)) owner.splice(Number(key), 1);
        else Reflect.deleteProperty(owner, key);
        return;
      case 1:
        setOwn(otherOwner, otherKey, structuredClone(Reflect.get(owner, key)));
        return;
      case 2:
        setOwn(Array.isArray(owner) ? frame : owner, this.#pick(UNSAFE_NAMES), this.#junk());
        return;
      default:
        setOwn(owner, key, this.#junk());
    }
  }

  #junk(): unknown {
    switch (this.#roll(4)) {
      case 0:
        return this.#pick(NUMBERS);
      case 1:
        return this.#pick([...TEXTS, ...UNSAFE_NAMES]);
      default:
        return this.#container(this.#pick(KINDS));
    }
  }

  #container(kind: (typeof KINDS)[number]): unknown {
    const object: Json = {};
    switch (kind) {
      case 'object':
        return object;
      case 'array':
        return [];
      case 'list of null':
        return [null];
      case 'false length':
        return { length: { toString: null, valueOf: null } };
      case 'nested':
        setOwn(object, this.#pick(UNSAFE_NAMES), { id: 'x', seq: 1 });
        return object;
      default:
        return kind;
    }
  }
}

/** Sets a field as JSON.parse does: `__proto__` becomes an own field, not the prototype. */
function setOwn(owner: object, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, configurable: true, enumerable: true, writable: true });
}

/** Every place in the frame that holds a value. */
function listSlots(frame: Json): [owner: object, key: string][] {
  const slots: [object, string][] = [];
  const pending: object[] = [frame];
  for (let owner = pending.pop(); owner !== undefined; owner = pending.pop()) {
    for (const [key, value] of Object.entries(owner)) {
      slots.push([owner, key]);
      if (typeof value === 'object' && value !== null) pending.push(value);
    }
  }
  return slots.length > 0 ? slots : [[frame, 'type']];
}
