import type { Deeds } from '../faults/deed.js';
import { streamingFaults } from './streaming/faults.js';

/** What only happens in the worlds of families. */
export const familyFaults: Deeds = { ...streamingFaults };
