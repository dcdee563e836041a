/** Gets the tests of real networks what they need, where this machine is ours to install on; else tells which cannot run. */
import { aptInstall, isRootOnDebian, succeeds, withoutServices } from './apt.js';
import { type NetworkSuite, networkSuites } from './find-network-tools.js';

/** The suites that cannot run here even so, each with its reason. */
export function ensureNetworkTools(): readonly NetworkSuite[] {
  const packages = [...new Set(networkSuites().flatMap((suite) => suite.packages))];
  if (packages.length > 0 && isRootOnDebian()) install(packages);
  return networkSuites().filter(({ fault }) => fault !== null);
}

/** A server that tests everything on a machine of its own must not pass by leaving something out. */
export function mustRunEverything(): boolean {
  return process.env['CI'] === 'true' && process.getuid?.() === 0;
}

function install(packages: readonly string[]): void {
  console.log(`For the tests of real networks apt installs ${packages.join(', ')}.`);
  const isInstalled = withoutServices(() => aptInstall(...packages).every(succeeds));
  // Nor is it to start with the machine: the tests start their own.
  if (isInstalled && packages.includes('nginx')) succeeds(['update-rc.d', 'nginx', 'disable']);
}
