import type { Patch } from '../runner/bundle.js';

/** A mistake that somebody could make, planted to see that the simulation finds it. */
export interface Mutant {
  readonly name: string;
  /** What is wrong with it, in a sentence. */
  readonly breaks: string;
  readonly side: 'client' | 'server' | 'protocol';
  readonly patches: readonly Patch[];
  /** Any of these may be what it breaks first. */
  readonly invariants: readonly string[];
}

/** A mistake in one file of the client. */
export function inClient(name: string, breaks: string, planted: Planted): Mutant {
  return plant('client', name, breaks, planted);
}

/** A mistake in the reference server's engine. */
export function inServer(name: string, breaks: string, planted: Planted): Mutant {
  return plant('server', name, breaks, planted);
}

/** A mistake in what goes over the wire, or in how it is read. */
export function inProtocol(name: string, breaks: string, planted: Planted): Mutant {
  return plant('protocol', name, breaks, planted);
}
