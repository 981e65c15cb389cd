import type { Service } from '../../../sandbox/aws/contract.ts';
import type { World } from '../../../sandbox/world/world.ts';
import { type ClientOptions, testServer } from '../../sandbox/aws/support.ts';
import { addWorld } from '../../sandbox/world/support.ts';

export interface HeldCloud {
  readonly client: ClientOptions;
  readonly world: World;
  readonly now: () => number;
  /** Time stands still but for this. */
  readonly pass: (milliseconds: number) => Promise<void>;
  readonly call: <Output>(service: string, operation: string, input: object) => Promise<Output>;
  readonly close: () => Promise<void>;
}

const file = {
  clusters: [{ name: 'demo' }],
  groups: [{ name: 'spot', cluster: 'demo', spot: true, desired: 3, max: 5 }],
};

/** The sandbox's cloud for the SDK, with one group `spot` of three Spot instances, up to five. */
export async function heldCloud(...services: readonly Service[]): Promise<HeldCloud> {
  const server = await testServer(...services);
  const world = await addWorld(server, file);
  return {
    client: server.client,
    world,
    now: () => server.clock.now(),
    pass: async (milliseconds) => await server.clock.letPass(milliseconds),
    call: (service, operation, input) => server.cloud.call(service, operation, input, { kind: 'person' }),
    close: async () => {
      await world.close();
      await server.close();
    },
  };
}
