import { type CloudOptions, createCloud, type LocalCloud } from '../../../sandbox/aws/cloud.ts';
import type { Service } from '../../../sandbox/aws/contract.ts';
import { Iam } from '../../../sandbox/aws/iam/iam.ts';
import { type AwsServer, startAwsServer } from '../../../sandbox/aws/wire/server.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { secretsManagerService } from '../../../sandbox/services/secrets-manager/service.ts';
import { sqsService } from '../../../sandbox/services/sqs/service.ts';
import { QueueStore } from '../../../sandbox/services/sqs/store.ts';
import { ssmService } from '../../../sandbox/services/ssm/service.ts';
import { stsService } from '../../../sandbox/services/sts/service.ts';
import { HeldClock } from '../held-clock.ts';

export const start = Date.UTC(2026, 0, 1);

export interface TestCloud {
  readonly clock: HeldClock;
  readonly cloud: LocalCloud;
  readonly roles: Iam;
  readonly queues: QueueStore;
}

/** A cloud with the plain services, whose time passes while the test lets it. */
export function testCloud(...services: readonly Service[]): TestCloud {
  return testCloudOf({ clock: new HeldClock(start) }, ...services);
}

/** The same on a given clock, in a given weather. */
export function testCloudOf(
  { clock, weather }: { readonly clock: HeldClock } & Pick<CloudOptions, 'weather'>,
  ...services: readonly Service[]
): TestCloud {
  const random = seededRandom(1);
  const roles = new Iam(random);
  const queues = new QueueStore({ clock, random, endpoint: () => 'http://127.0.0.1:4566' });
  const cloud = createCloud({
    clock,
    random,
    roles,
    weather,
    services: [
      stsService({ clock, roles }),
      ssmService({ clock }),
      secretsManagerService({ clock, random }),
      sqsService({ clock, random, store: queues }),
      ...services,
    ],
  });
  return { clock, cloud, roles, queues };
}

/** The cloud on a free port, with what SDK clients need to reach it. */
export async function testServer(
  ...given: readonly (Service | { readonly weather: CloudOptions['weather'] })[]
): Promise<TestCloud & { server: AwsServer; client: ClientOptions; close(): Promise<void> }> {
  const weather = given.flatMap((each) => ('weather' in each ? [each.weather] : []))[0];
  const services = given.flatMap((each) => ('operations' in each ? [each] : []));
  const parts = testCloudOf({ clock: new HeldClock(start), weather }, ...services);
  const server = await startAwsServer(parts.cloud, { port: 0 });
  return {
    ...parts,
    server,
    client: {
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'person', secretAccessKey: 'person' },
      maxAttempts: 1,
    },
    close: async () => {
      await server.close();
      parts.clock.close();
    },
  };
}

export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly maxAttempts: number;
}
