/** Faults that know no protocol, by name: every family is tried with them. */

import { deviceFaults } from '../faults/device-faults.js';
import { handoverFaults } from '../faults/handover-faults.js';
import { networkFaults } from '../faults/network-faults.js';

const { 'announce-restart': _native, ...besideHandovers } = handoverFaults;

export const FAULTS_EVERYWHERE: readonly string[] = [
  ...Object.keys(networkFaults),
  ...Object.keys(deviceFaults),
  ...Object.keys(besideHandovers),
];
