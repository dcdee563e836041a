import { base } from './base/base.js';
import type { Family, FamilyName } from './family.js';
import { streaming } from './streaming/streaming.js';
import { thread } from './thread/thread.js';

export const families: Readonly<Record<FamilyName, Family>> = { streaming, thread, base };

export function isFamilyName(name: string): name is FamilyName {
  return Object.hasOwn(families, name);
}
