import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import type { InstanceFacts } from '../domain/instance.ts';
import { asTask } from '../runtime/aws-errors.ts';
import type { Instances } from './instances.ts';

/** A filter takes up to 200 values (DescribeInstances API reference). */
const perCall = 200;

/** EC2 through the SDK. Ids go in as a filter: named directly, one unknown id fails the whole call. */
export function ec2Instances(client: EC2Client): Instances {
  return {
    async describe(instanceIds) {
      const found: InstanceFacts[] = [];
      for (let from = 0; from < instanceIds.length; from += perCall) {
        const ids = instanceIds.slice(from, from + perCall);
        let token: string | undefined;
        do {
          const command = new DescribeInstancesCommand({
            Filters: [{ Name: 'instance-id', Values: ids }],
            ...(token !== undefined && { NextToken: token }),
          });
          const answer = await asTask('describe instances', () => client.send(command));
          found.push(...(answer.Reservations ?? []).flatMap(({ Instances: list = [] }) => list.map(instanceFacts)));
          token = answer.NextToken;
        } while (token);
      }
      return new Map(found.map((facts) => [facts.instanceId, facts]));
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
