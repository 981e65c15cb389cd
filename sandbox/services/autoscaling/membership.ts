import { AwsError } from '../../aws/contract.ts';
import type { Instance } from '../ec2/instance.ts';
import { endActivity, finishActivity, secondsOf, startActivity } from './activities.ts';
import type { Activity, Group, Member } from './group.ts';
import type { Groups } from './groups.ts';
import { newMember } from './member.ts';

/** AWS names no times. An attached instance was in service 3 s after its activity had begun (SNS message in a published log). */
const times = { leave: 1000, comeBack: 1000, attach: 3000 };

/**
 * Instances that leave their group for a while or for good, and those that come from outside. Lifecycle hooks take no part: the user guide
 * has them for launches and terminations. Sources: user guide, as-enter-exit-standby, detach-instance-asg, attach-instance-asg; the words
 * of activities are those of the API reference's examples.
 */
export class Membership {
  readonly #groups: Groups;

  constructor(groups: Groups) {
    this.#groups = groups;
  }

  enterStandby(group: Group, ids: readonly string[], decrement: boolean): Activity[] {
    const members = ids.map((id) => memberIn(group, id, ['InService'], 'is not in InService'));
    // Measured on AWS: the published log of a person's session, `enter-standby` of a group of one.
    if (decrement) this.#checkRoom(group, -members.length, 'place into standby');
    return members.map((member) => {
      const what = { description: 'Moving EC2 instance to Standby', verb: 'was moved to standby' };
      return this.#leave(group, member, decrement, { ...what, during: 'EnteringStandby' }, () => {
        member.lifecycleState = 'Standby';
      });
    });
  }

  /** "While Launch is suspended, you cannot return an instance in the Standby state to service": as-suspend-resume-processes. */
  exitStandby(group: Group, ids: readonly string[]): Activity[] {
    const members = ids.map((id) => memberIn(group, id, ['Standby'], 'is not in Standby'));
    checkLaunch(group);
    this.#checkRoom(group, members.length, 'move out of standby');
    return members.map((member) => this.#comeBack(group, member));
  }

  detach(group: Group, ids: readonly string[], decrement: boolean): Activity[] {
    const members = ids.map((id) => memberIn(group, id, ['InService', 'Standby'], 'is not in InService or Standby'));
    if (decrement) this.#checkRoom(group, -members.length, 'detach');
    return members.map((member) => {
      const what = { description: 'Detaching EC2 instance', verb: 'was detached' };
      return this.#leave(group, member, decrement, { ...what, during: 'Detaching' }, () => {
        group.members.delete(member.instance.instanceId);
        member.instance.tags.delete('aws:autoscaling:groupName');
      });
    });
  }

  attach(group: Group, ids: readonly string[]): void {
    const { fleet } = this.#groups.tools;
    const instances = ids.map((id) => this.#attachable(group, id, fleet.find(id)));
    checkLaunch(group);
    this.#checkRoom(group, instances.length, 'attach', ' more');
    for (const instance of instances) this.#attach(group, instance);
  }

  #leave(
    group: Group,
    member: Member,
    decrement: boolean,
    { description, verb, during }: Leaving,
    left: () => void,
  ): Activity {
    const { tools } = this.#groups;
    const { instance } = member;
    const { instanceId } = instance;
    if (decrement) group.desired -= 1;
    const change = decrement ? `, shrinking the capacity from ${group.desired + 1} to ${group.desired}` : '';
    const activity = startActivity(tools, group, {
      cause: `At ${secondsOf(tools.clock.now())} instance ${instanceId} ${verb} in response to a user request${change}.`,
      description: `${description}: ${instanceId}`,
      zone: instance.zone,
      instanceId,
    });
    tools.clock.cancel(member.healthCheck);
    member.healthCheck = undefined;
    member.lifecycleState = during;
    tools.tell({ subject: group.name, text: activity.description });
    tools.clock.after(times.leave, () => {
      if (member.lifecycleState !== during) return;
      left();
      finishActivity(tools, activity);
      this.#groups.look(group);
    });
    return activity;
  }

  #comeBack(group: Group, member: Member): Activity {
    const { tools } = this.#groups;
    const { instance } = member;
    const { instanceId } = instance;
    group.desired += 1;
    const now = secondsOf(tools.clock.now());
    const activity = startActivity(tools, group, {
      cause: `At ${now} instance ${instanceId} was moved out of standby in response to a user request, increasing the capacity from ${group.desired - 1} to ${group.desired}.`,
      description: `Moving EC2 instance out of Standby: ${instanceId}`,
      zone: instance.zone,
      instanceId,
    });
    activity.status = 'PreInService';
    member.lifecycleState = 'Pending';
    tools.clock.after(times.comeBack, () => {
      if (member.lifecycleState !== 'Pending') return;
      member.lifecycleState = 'InService';
      member.servesSince = tools.clock.now();
      finishActivity(tools, activity);
      tools.tell({ subject: group.name, text: `${instanceId} is InService` });
      // "If you return the terminated instance to service, Amazon EC2 Auto Scaling performs a health check" (as-enter-exit-standby).
      this.#groups.watchHealth(group, member);
      this.#groups.look(group);
    });
    return activity;
  }

  #attach(group: Group, instance: Instance): void {
    const { tools } = this.#groups;
    const { instanceId } = instance;
    const member = newMember(group, instance);
    group.desired += 1;
    const now = secondsOf(tools.clock.now());
    member.activity = startActivity(tools, group, {
      cause: `At ${now} an instance was added in response to user request. Keeping the capacity at the new ${group.desired}.`,
      description: `Attaching an existing EC2 instance: ${instanceId}`,
      zone: instance.zone,
      instanceId,
    });
    group.members.set(instanceId, member);
    instance.tags.set('aws:autoscaling:groupName', group.name);
    tools.clock.after(times.attach, () => {
      if (member.lifecycleState !== 'Pending') return;
      member.lifecycleState = 'InService';
      member.servesSince = tools.clock.now();
      if (member.activity) endActivity(tools, group, member.activity, 'EC2 Instance Launch Successful');
      member.activity = undefined;
      tools.tell({ subject: group.name, text: `${instanceId} is InService` });
      this.#groups.watchHealth(group, member);
    });
  }

  #attachable(group: Group, id: string, instance: Instance | undefined): Instance {
    if (!instance) throw invalid(`Invalid Instance ID(s): [${id}] specified`);
    const owner = this.#groups.memberOf(id)?.group;
    // The words: CodeNow/on-premise and others.
    if (owner) throw invalid(`The Instance: ${id} is already part of AutoScalingGroup:${owner.name}`);
    if (instance.state !== 'running') throw invalid(`Instance ${id} is not in correct state`);
    if (group.zones.some(({ subnetId }) => subnetId === instance.zone.subnetId)) return instance;
    const zones = group.zones.map(({ name }) => name).join(', ');
    throw invalid(`Instance ${id} is in ${instance.zone.name}, which is none of the group's: ${zones}`);
  }

  #checkRoom(group: Group, change: number, what: string, more = ''): void {
    const desired = group.desired + change;
    if (desired >= group.min && desired <= group.max) return;
    const count = Math.abs(change);
    const sizes = `min-size=${group.min}, max-size=${group.max}, and desired-size=${group.desired}`;
    throw invalid(
      `AutoScalingGroup ${group.name} has ${sizes}. To ${what} ${count}${more} instance${count === 1 ? '' : 's'}, please update the AutoScalingGroup sizes appropriately.`,
    );
  }
}

interface Leaving {
  readonly description: string;
  readonly verb: string;
  readonly during: 'EnteringStandby' | 'Detaching';
}

function memberIn(group: Group, id: string, states: readonly string[], otherwise: string): Member {
  const member = group.members.get(id);
  if (!member) throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
  if (states.includes(member.lifecycleState)) return member;
  // "is not in InService or Standby": kubernetes-sigs/cluster-api-provider-aws and others look for it.
  throw invalid(`The instance ${id} ${otherwise}.`);
}

function checkLaunch(group: Group): void {
  if (group.suspended.has('Launch')) throw invalid(`The process Launch of ${group.name} is suspended.`);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
