import type { Family, FamilyName } from './family.js';
import { streaming } from './streaming/streaming.js';

export const families: Readonly<Record<FamilyName, Family>> = { streaming };

export function isFamilyName(name: string): name is FamilyName {
  return Object.hasOwn(families, name);
}
