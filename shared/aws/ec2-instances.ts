import { type EC2Client, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { InstanceFacts } from '../domain/instance.ts';
import { asTask } from '../runtime/aws-errors.ts';
import { inChunks } from '../runtime/in-chunks.ts';
import type { Instances } from './instances.ts';

/** A filter takes up to 200 values (DescribeInstances API reference). */
const perCall = 200;

/** EC2 through the SDK. Ids go in as a filter: named directly, one unknown id fails the whole call. */
export function ec2Instances(client: EC2Client, signal?: AbortSignal): Instances {
  return {
    async describe(instanceIds) {
      const found = new Map<string, InstanceFacts>();
      for (const Values of inChunks(instanceIds, perCall)) {
        await asTask('describe instances', async () => {
          const input = { Filters: [{ Name: 'instance-id', Values }] };
          for await (const page of paginateDescribeInstances({ client }, input, {
            ...(signal && { abortSignal: signal }),
          })) {
            const instances = (page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
            for (const facts of instances.map(instanceFacts)) found.set(facts.instanceId, facts);
          }
        });
      }
      return found;
    },
  };
}

function instanceFacts(instance: Instance): InstanceFacts {
  return {
    instanceId: instance.InstanceId ?? '',
    state: instance.State?.Name ?? '',
    spot: instance.InstanceLifecycle === 'spot',
    privateDnsName: instance.PrivateDnsName || undefined,
    tags: Object.fromEntries((instance.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  };
}
