import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Iam } from '../../../../sandbox/aws/iam/iam.ts';
import { startAwsServer } from '../../../../sandbox/aws/wire/server.ts';
import { LocalNetwork } from '../../../../sandbox/network/local-network.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import type {
  FunctionConfig,
  FunctionNetworks,
  InvokeResult,
  LogEntry,
} from '../../../../sandbox/services/lambda/contract.ts';
import { EventSourceMappings } from '../../../../sandbox/services/lambda/event-source-mappings.ts';
import { LambdaRuntime } from '../../../../sandbox/services/lambda/runtime.ts';
import { lambdaService } from '../../../../sandbox/services/lambda/service.ts';
import { start, testCloudOf } from '../../aws/support.ts';
import { HeldClock } from '../../held-clock.ts';

const roleArn = 'arn:aws:iam::000000000000:role/worker';

/** Where functions run: what is said of one kind of environment holds for the other. */
export const kinds = [
  ['in a process of its own', false],
  ['in the process of the sandbox', true],
] as const;

/** A cloud with a Lambda runtime, whose functions are given as the source of their `index.mjs`. */
export async function testRuntime(networks?: (roles: Iam) => FunctionNetworks, inProcess = false) {
  const parts = testCloudOf({ clock: new HeldClock(start, !inProcess) });
  const { clock, cloud, roles, queues } = parts;
  const statement = { Effect: 'Allow', Action: ['sqs:*', 'sts:*', 'lambda:InvokeFunction'], Resource: '*' };
  roles.registerRole(roleArn, [{ Version: '2012-10-17', Statement: [statement] }]);
  const logs: LogEntry[] = [];
  const dropped: object[] = [];
  let endpoint = '';
  const random = seededRandom(2);
  const network = new LocalNetwork(() => clock.stir());
  const runtime = new LambdaRuntime({
    clock,
    random,
    roles,
    endpoint: () => endpoint,
    onLog: (entry) => logs.push(entry),
    onDrop: (event) => dropped.push(event),
    maximumEnvironments: 4,
    inProcess: inProcess ? network : undefined,
    ...(networks && { networks: networks(roles) }),
  });
  const mappings = new EventSourceMappings({ runtime, queues, roles, clock, random });
  cloud.add(lambdaService(runtime, mappings));
  const server = await startAwsServer(cloud, { port: 0, network, whileServing: runtime.whileServing });
  endpoint = server.endpoint;
  return {
    ...parts,
    runtime,
    mappings,
    server,
    logs,
    dropped,
    define: (name: string, source: string, config: Partial<FunctionConfig> = {}) =>
      runtime.define({ ...defaults(name, source), ...config }),
    folder: folderOf,
    invoke: async (name: string, event: unknown = {}) =>
      await clock.during(async () => parsed(await runtime.invoke(name, Buffer.from(JSON.stringify(event))))),
    close: async () => {
      mappings.close();
      runtime.close();
      await server.close();
      clock.close();
    },
  };
}

/** A folder with the source as its `index.mjs`. */
function folderOf(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(folder, 'index.mjs'), source);
  return folder;
}

function defaults(name: string, source: string): FunctionConfig {
  return {
    name,
    codeDirectory: folderOf(source),
    handler: 'index.handler',
    roleArn,
    environment: { COLOUR: 'green' },
    timeoutSeconds: 30,
    memoryMegabytes: 128,
  };
}

function parsed(result: InvokeResult) {
  return { ...result, payload: JSON.parse(result.payload.toString('utf8')) as unknown };
}
