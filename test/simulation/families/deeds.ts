import type { Deeds } from '../faults/deed.js';
import { baseFaults } from './base/faults.js';
import { streamingFaults } from './streaming/faults.js';
import { threadFaults } from './thread/faults.js';
import { familyDeeds } from './words.js';

/** What only happens in the worlds of families. */
export const familyFaults: Deeds = { ...streamingFaults, ...threadFaults, ...baseFaults };

/** What can be done in them, by users or by fate. */
export const deedsOfFamilies: Deeds = { ...familyFaults, ...familyDeeds };
