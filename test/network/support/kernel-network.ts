/** A server's network and those of its clients, each in a namespace of its own; the machine's own network is not touched. */

import { needKernel } from '../../../scripts/find-network-tools.js';
import { joinNamespaces, Namespace, sweepNamespaces } from './namespace.js';
import { Road } from './road.js';

/** Where the server is from everywhere; no interface has it, so a road can be changed for another. */
const SERVER_ADDRESS = '10.231.0.1';

/** The network of one client: a road to the server, and a second way there. */
export interface ClientNetwork {
  readonly runner: readonly string[];
  readonly road: Road;
  /** The server by the road, or by the second way after `changeNetwork`. */
  readonly serverAddress: string;
  /** The server by the second way, always. */
  readonly sideAddress: string;
  /** From now on new connections take the second way; the road is dead and tells nobody. */
  changeNetwork(): void;
}

export class KernelNetwork {
  readonly #ip: string;
  readonly #server: Namespace;
  readonly #clients: Namespace[] = [];
  readonly #removeAtExit = () => this.remove();
  #isRemoved = false;

  private constructor(ip: string) {
    this.#ip = ip;
    sweepNamespaces(ip);
    this.#server = Namespace.make(ip, 'server');
    process.once('exit', this.#removeAtExit);
  }

  /** Throws where the system does not allow it. */
  static make(): KernelNetwork {
    const network = new KernelNetwork(needKernel());
    network.#server.run('ip', 'address', 'add', `${SERVER_ADDRESS}/32`, 'dev', 'lo');
    return network;
  }

  /** What goes before a command that is to run where the server is. */
  get runner(): readonly string[] {
    return this.#server.runner;
  }

  addClient(): ClientNetwork {
    const number = this.#clients.length + 1;
    const server = this.#server;
    const client = Namespace.make(this.#ip, `client${number}`);
    this.#clients.push(client);
    const address = (host: number) => `10.231.${number}.${host}`;
    const ends = { server: `road${number}`, client: 'road' };
    this.#join(client, { ...ends, addresses: [address(1), address(2)] });
    this.#join(client, { server: `side${number}`, client: 'side', addresses: [address(5), address(6)] });
    client.run('ip', 'route', 'add', SERVER_ADDRESS, 'via', address(1));
    const road = new Road({
      'to-server': { namespace: server, device: ends.server },
      'to-client': { namespace: client, device: ends.client },
    });
    return {
      runner: client.runner,
      road,
      serverAddress: SERVER_ADDRESS,
      sideAddress: address(5),
      changeNetwork() {
        road.loseBothWays();
        client.run('ip', 'route', 'replace', SERVER_ADDRESS, 'via', address(5));
      },
    };
  }

  /** Twice is harmless. Whatever runs in it has to be ended before. */
  remove(): void {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    process.off('exit', this.#removeAtExit);
    const failures: unknown[] = [];
    for (const namespace of [...this.#clients, this.#server]) {
      try {
        namespace.remove();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `Some networks are left over: ${failures.join(' ')}`);
  }

  #join(client: Namespace, devices: { server: string; client: string; addresses: [string, string] }): void {
    const [serverAddress, clientAddress] = devices.addresses;
    joinNamespaces(
      this.#ip,
      { namespace: this.#server, device: devices.server, address: `${serverAddress}/30` },
      { namespace: client, device: devices.client, address: `${clientAddress}/30` },
    );
  }
}
