import { workflows } from '../functions/workflows.ts';
import { kebab } from '../shared/workflow/define-workflow.ts';
import type { NeedName } from '../shared/workflow/needs.ts';

interface CalledService {
  readonly needs: readonly NeedName[];
  /** As in the VPC console. */
  readonly endpoint: string;
  readonly without: string;
}

const waits = 'after three tries of one second each the function ends with `ApiUnavailableError`';

/** What functions of a cell call, by the ports that they need (shared/workflow/live/). */
const services: Readonly<Record<string, CalledService>> = {
  'Systems Manager': {
    needs: ['settings'],
    endpoint: '`com.amazonaws.<region>.ssm`, interface',
    without: `${waits}: \`read parameter …\``,
  },
  DynamoDB: {
    needs: ['cases', 'journal', 'leases'],
    endpoint: '`com.amazonaws.<region>.dynamodb`, gateway (free) or interface',
    without:
      `${waits}: \`read rows …\`, \`write row …\`; interrupted nodes are drained all the same, without their cases, and without a new instance ` +
      'before theirs has ended',
  },
  'Auto Scaling': {
    needs: ['groups'],
    endpoint: '`com.amazonaws.<region>.autoscaling`, interface',
    without: `${waits}: \`describe Auto Scaling instances\``,
  },
  EC2: { needs: ['instances'], endpoint: '`com.amazonaws.<region>.ec2`, interface', without: waits },
  'Step Functions': { needs: ['executions'], endpoint: '`com.amazonaws.<region>.states`, interface', without: waits },
  EKS: {
    needs: ['cluster'],
    endpoint: '`com.amazonaws.<region>.eks`, interface',
    without: `${waits}: \`describe cluster …\``,
  },
  Lambda: { needs: ['probes'], endpoint: '`com.amazonaws.<region>.lambda`, interface', without: waits },
  'EventBridge, SNS': {
    needs: ['deployment'],
    endpoint: '`com.amazonaws.<region>.events`, `com.amazonaws.<region>.sns`, interface',
    without: waits,
  },
  'the Kubernetes API': {
    needs: ['cluster'],
    endpoint: 'none: the private endpoint of the cluster, port 443',
    without: '`ClusterUnreachableError`: `UND_ERR_CONNECT_TIMEOUT`',
  },
};

/** What a cell must reach: the service, its VPC endpoint, the functions that call it, what happens without it. */
export function cellServiceRows(): string[][] {
  return Object.entries(services).flatMap(([name, { needs, endpoint, without }]) => {
    const callers = workflows.flatMap((workflow) => callersIn(workflow.name, workflow.tasks, needs));
    return callers.length > 0 ? [[name, endpoint, callers.join('; '), without]] : [];
  });
}

function callersIn(
  workflow: string,
  tasks: Readonly<Record<string, { readonly needs: object }>>,
  needs: readonly NeedName[],
): string[] {
  const all = Object.entries(tasks);
  const calling = all.filter(([, task]) => needs.some((need) => need in task.needs));
  if (calling.length === 0) return [];
  const names = calling.map(([task]) => `\`${kebab(task)}\``);
  return [`${workflow}: ${calling.length === all.length ? 'every function' : names.join(', ')}`];
}
