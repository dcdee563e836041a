/** Keys that turn into something else than a field once an object is copied or merged. */
const UNSAFE_KEYS = ['__proto__', 'constructor', 'prototype'] as const;

/**
 * Deletes every `__proto__`, `constructor` and `prototype` in a freshly parsed value, at any depth, in place.
 * `JSON.parse` makes them own fields, and the first `Object.assign` by anyone would act on them. Walks with a list of
 * its own, because a hostile value can be nested deeper than the stack.
 */
export function deleteUnsafeKeys(parsed: unknown): void {
  const pending: unknown[] = [parsed];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const key of UNSAFE_KEYS) Reflect.deleteProperty(value, key);
    for (const inner of Object.values(value)) pending.push(inner);
  }
}
