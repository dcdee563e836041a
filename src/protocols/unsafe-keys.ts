/** Keys that turn into something else than a field once an object is copied or merged. */
const UNSAFE_KEYS = ['__proto__', 'constructor', 'prototype'] as const;

/**
 * Deletes every `__proto__`, `constructor` and `prototype` in a freshly parsed value, at any depth, in place.
 * `JSON.parse` makes them own fields, and the first `Object.assign` by anyone would act on them. Walks with a list of
 * its own, because a hostile value can be nested deeper than the stack; lists have no such keys, and what is no object
 * is not looked at.
 */
export function deleteUnsafeKeys(parsed: unknown): void {
  const pending: unknown[] = [parsed];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value))
      for (const key of UNSAFE_KEYS) if (Object.hasOwn(value, key)) Reflect.deleteProperty(value, key);
    for (const inner of Array.isArray(value) ? value : Object.values(value)) {
      if (typeof inner === 'object') pending.push(inner);
    }
  }
}
