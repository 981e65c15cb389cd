import type { CallContext } from '../aws/contract.ts';
import { AwsError } from '../aws/contract.ts';
import type { SandboxClock } from '../clock.ts';
import type { Group, Member } from '../services/autoscaling/group.ts';
import type { Groups } from '../services/autoscaling/groups.ts';
import type { Fleet } from '../services/ec2/fleet.ts';
import type { Instance } from '../services/ec2/instance.ts';

/** Instances and groups as a reader sees them. */
export interface View {
  readonly fleet: Pick<Fleet, 'all' | 'find'>;
  readonly groups: Pick<Groups, 'all' | 'get'>;
}

/** Which view the caller of a read has. */
export type ViewOf = (service: string, context: CallContext) => View;

interface Moment extends View {
  readonly at: number;
}

export interface PastOptions {
  readonly clock: SandboxClock;
  readonly now: View;
  /** By how many milliseconds a read of a service lags behind, for its caller. */
  readonly lag: (service: string, caller: string) => number;
}

/** Moments are kept this far apart and so long. Milliseconds. */
const apart = 500;
const kept = 12_000;

/**
 * What EC2 and Auto Scaling were a few seconds ago, because that is what their reads may show: "the result of an API command you run that
 * affects your Amazon EC2 resources might not be immediately visible to all subsequent commands" (EC2 developer guide, "Eventual consistency
 * in the Amazon EC2 API").
 */
export class Past {
  readonly #options: PastOptions;
  readonly #moments: Moment[] = [];

  constructor(options: PastOptions) {
    this.#options = options;
    options.clock.onAdvance((now) => this.#keep(now));
  }

  readonly viewOf: ViewOf = (service, { principal, outside }) => {
    const { clock, now, lag } = this.#options;
    if (principal.kind !== 'role' || outside === undefined) return now;
    const behind = lag(service, principal.roleArn);
    if (behind <= 0) return now;
    return this.#moments.findLast(({ at }) => at <= clock.now() - behind) ?? now;
  };

  /** The world as it is at the end of a moment, before time goes on. */
  #keep(at: number): void {
    const last = this.#moments.at(-1);
    if (last && at < last.at + apart) return;
    const oldest = this.#moments.findIndex((moment) => moment.at >= at - kept);
    if (oldest > 0) this.#moments.splice(0, oldest);
    this.#moments.push({ at, ...copyOf(this.#options.now) });
  }
}

function copyOf({ fleet, groups }: View): View {
  const instances = new Map(fleet.all().map((instance) => [instance.instanceId, copyOfInstance(instance)]));
  const copies = groups.all().map((group) => copyOfGroup(group, instances));
  return {
    fleet: { all: () => [...instances.values()], find: (id) => instances.get(id) },
    groups: {
      all: () => copies,
      get: (name) => {
        const found = copies.find((group) => group.name === name);
        if (found) return found;
        throw new AwsError('ValidationError', `AutoScalingGroup name not found - AutoScalingGroup ${name} not found`);
      },
    },
  };
}

function copyOfInstance(instance: Instance): Instance {
  return { ...instance, tags: new Map(instance.tags) };
}

function copyOfGroup(group: Group, instances: ReadonlyMap<string, Instance>): Group {
  const members = [...group.members].map(([id, member]) => [id, copyOfMember(member, instances)] as const);
  return {
    ...group,
    tags: new Map(group.tags),
    suspended: new Map(group.suspended),
    members: new Map(members),
    activities: group.activities.map((activity) => ({ ...activity })),
  };
}

function copyOfMember(member: Member, instances: ReadonlyMap<string, Instance>): Member {
  return { ...member, instance: instances.get(member.instance.instanceId) ?? member.instance };
}
