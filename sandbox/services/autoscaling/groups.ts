import { arnOf } from '../../aws/arn.ts';
import { AwsError } from '../../aws/contract.ts';
import { uuid } from '../../random.ts';
import type { LaunchFailure } from '../../world/instances.ts';
import type { Instance, InstanceState } from '../ec2/instance.ts';
import { endActivity, secondsOf, startActivity } from './activities.ts';
import { type Activity, capacity, type Group, type Hook, type HookResult, type Member } from './group.ts';
import { activeRefresh, advance } from './instance-refresh.ts';
import { type LaunchTools, launchInstance, stepTime } from './launch-instance.ts';
import { LifecycleHooks } from './lifecycle-hooks.ts';
import { newMember } from './member.ts';
import { nextStep } from './next-step.ts';

/** From a difference to its activity: 2 to 9 s in published activity histories (kubernetes/autoscaler issue 1263 and others). */
const reactionTime = 5000;
/** AWS gives no interval for EC2 health checks; histories show up to a minute and a half from the end of an instance to its replacement. */
const healthCheckTime = 60_000;
/** Who else wants to know of hooks that begin to wait: EKS owns those of its node groups. */
export type WaitListener = (group: Group, member: Member) => void;

/** The Auto Scaling groups and what keeps them at their capacity. */
export class Groups {
  readonly hooks: LifecycleHooks;
  /** What all that happens to groups is done with. */
  readonly tools: LaunchTools;
  readonly #groups = new Map<string, Group>();
  readonly #waitListeners: WaitListener[] = [];

  constructor(options: LaunchTools) {
    this.tools = options;
    this.hooks = new LifecycleHooks(options, (...ended) => this.#actionEnded(...ended));
    options.fleet.subscribe((instance, previous) => this.#instanceChanged(instance, previous));
  }

  all(): Group[] {
    return [...this.#groups.values()];
  }

  find(name: string): Group | undefined {
    return this.#groups.get(name);
  }

  /** Throws `ValidationError` in AWS's words. */
  get(name: string): Group {
    const group = this.#groups.get(name);
    if (group) return group;
    throw new AwsError('ValidationError', `AutoScalingGroup name not found - AutoScalingGroup ${name} not found`);
  }

  memberOf(instanceId: string): { readonly group: Group; readonly member: Member } | undefined {
    for (const group of this.#groups.values()) {
      const member = group.members.get(instanceId);
      if (member) return { group, member };
    }
    return undefined;
  }

  onWait(listener: WaitListener): void {
    this.#waitListeners.push(listener);
  }

  add(group: Omit<Group, 'arn' | 'createdAt'>): Group {
    const { clock, random } = this.tools;
    const arn = arnOf('autoscaling', `autoScalingGroup:${uuid(random)}:autoScalingGroupName/${group.name}`);
    const added = { ...group, arn, createdAt: clock.now() };
    this.#groups.set(group.name, added);
    this.look(added);
    return added;
  }

  remove(group: Group): void {
    this.tools.clock.cancel(group.timer);
    this.#groups.delete(group.name);
  }

  /** Puts a running instance in service without any activity, as a world begins. */
  adopt(group: Group, instance: Instance): void {
    const member = newMember(group, instance);
    member.lifecycleState = 'InService';
    group.members.set(instance.instanceId, member);
  }

  /** Sees to it that the group is looked at soon. */
  look(group: Group, after = reactionTime): void {
    const { clock } = this.tools;
    if (group.timer && !group.timer.cancelled && group.timer.due <= clock.now() + after) return;
    clock.cancel(group.timer);
    group.timer = clock.after(after, () => {
      group.timer = undefined;
      this.#step(group);
    });
  }

  /** Lets launches fail; gives a function that ends it. */
  failLaunches(name: string, failure: LaunchFailure): () => void {
    const group = this.get(name);
    const rule = { ...failure };
    group.failures.push(rule);
    return () => {
      const at = group.failures.indexOf(rule);
      if (at >= 0) group.failures.splice(at, 1);
    };
  }

  /** Takes an instance out of service and ends it, after its hooks. Gives the activity; that of before when it is going already. */
  terminate(group: Group, member: Member, cause: string): Activity {
    if (member.activity && member.lifecycleState.startsWith('Terminating')) return member.activity;
    const { instance, lifecycleState } = member;
    const served = lifecycleState === 'InService' || lifecycleState === 'Standby';
    this.hooks.drop(member);
    this.tools.clock.cancel(member.healthCheck);
    const description = `Terminating EC2 instance: ${instance.instanceId}`;
    const activity = startActivity(this.tools, group, {
      cause,
      description,
      zone: instance.zone,
      instanceId: instance.instanceId,
    });
    member.activity = activity;
    member.lifecycleState = 'Terminating';
    this.tools.tell({ subject: group.name, text: description });
    this.look(group);
    if (served && this.hooks.begin(group, member, 'autoscaling:EC2_INSTANCE_TERMINATING')) this.#wait(group, member);
    else this.#proceedToEnd(group, member);
    return activity;
  }

  /** Marks an instance unhealthy, so that it is replaced. */
  markUnhealthy(group: Group, member: Member): void {
    member.healthy = false;
    this.look(group, stepTime);
  }

  /** Is anything under way? A group that waits to try a failed launch again is at rest. */
  settled(): boolean {
    return this.all().every(
      (group) =>
        (group.timer === undefined || group.failedRounds > 0) &&
        activeRefresh(group) === undefined &&
        [...group.members.values()].every(
          ({ lifecycleState: state, healthCheck }) => (state === 'InService' || state === 'Standby') && !healthCheck,
        ),
    );
  }

  close(): void {
    for (const group of this.all()) this.tools.clock.cancel(group.timer);
  }

  #step(group: Group): void {
    const { clock, random } = this.tools;
    const again = advance(this.tools, group);
    const step = nextStep(group, clock.now(), random);
    if (step.do === 'nothing') {
      if (again !== undefined) this.look(group, again);
      group.request = '';
      if (group.deleting && group.members.size === 0) this.remove(group);
      return;
    }
    if (step.do === 'launch') {
      const after = launchInstance(this.tools, group);
      if (after !== undefined) this.look(group, after);
    } else this.terminate(group, step.member, step.cause);
    if (step.do === 'terminate' && !step.member.healthy && capacity(group).length < group.desired) group.replacing++;
    if (group.failedRounds === 0) this.look(group, stepTime);
  }

  #wait(group: Group, member: Member): void {
    member.lifecycleState = member.lifecycleState === 'Pending' ? 'Pending:Wait' : 'Terminating:Wait';
    this.tools.tell({ subject: group.name, text: `${member.instance.instanceId} is ${member.lifecycleState}` });
    for (const listener of this.#waitListeners) listener(group, member);
  }

  /** "ABANDON ... any remaining lifecycle hooks" are skipped at an end; one abandoned launch ends the instance. */
  #actionEnded(group: Group, member: Member, _hook: Hook, result: HookResult): void {
    if (member.lifecycleState === 'Pending:Wait' && result === 'ABANDON') {
      const now = secondsOf(this.tools.clock.now());
      if (member.activity) {
        const message = `The lifecycle action of ${member.instance.instanceId} was abandoned.`;
        endActivity(this.tools, group, member.activity, 'EC2 Instance Launch Unsuccessful', message);
      }
      const cause = `At ${now} an instance was taken out of service in response to a launch lifecycle action that was abandoned or timed out.`;
      this.terminate(group, member, cause);
      return;
    }
    if (result === 'ABANDON') this.hooks.drop(member);
    if (member.actions.length > 0) return;
    if (member.lifecycleState === 'Pending:Wait') this.#serve(group, member);
    else this.#proceedToEnd(group, member);
  }

  #serve(group: Group, member: Member): void {
    member.lifecycleState = 'InService';
    member.servesSince = this.tools.clock.now();
    if (member.activity) endActivity(this.tools, group, member.activity, 'EC2 Instance Launch Successful');
    member.activity = undefined;
    this.tools.tell({ subject: group.name, text: `${member.instance.instanceId} is InService` });
    this.look(group, stepTime);
  }

  #proceedToEnd(group: Group, member: Member): void {
    member.lifecycleState = 'Terminating:Proceed';
    if (member.instance.state === 'terminated') this.#gone(group, member);
    else this.tools.fleet.terminate(member.instance);
  }

  #gone(group: Group, member: Member): void {
    group.members.delete(member.instance.instanceId);
    if (member.activity) endActivity(this.tools, group, member.activity, 'EC2 Instance Terminate Successful');
    this.look(group, stepTime);
  }

  #instanceChanged(instance: Instance, previous: InstanceState | undefined): void {
    const found = this.memberOf(instance.instanceId);
    if (!found) return;
    const { group, member } = found;
    if (instance.state === 'running' && previous === 'pending' && member.lifecycleState === 'Pending') {
      if (this.hooks.begin(group, member, 'autoscaling:EC2_INSTANCE_LAUNCHING')) this.#wait(group, member);
      else this.#serve(group, member);
    }
    if (instance.state === 'terminated' && member.lifecycleState === 'Terminating:Proceed') this.#gone(group, member);
    this.watchHealth(group, member);
  }

  /** Lets a health check find out about an instance that does not run; those that stand by are not checked. */
  watchHealth(group: Group, member: Member): void {
    const { lifecycleState, instance, healthCheck } = member;
    const checked = lifecycleState === 'InService' || lifecycleState.startsWith('Pending');
    if (instance.state === 'running' || instance.state === 'pending' || !checked || healthCheck) return;
    member.healthCheck = this.tools.clock.after(healthCheckTime, () => this.#checkHealth(group, member));
  }

  #checkHealth(group: Group, member: Member): void {
    member.healthCheck = undefined;
    const checked = member.lifecycleState !== 'Standby' && !group.suspended.has('HealthCheck');
    if (member.instance.state === 'running' || !checked) return;
    this.markUnhealthy(group, member);
  }
}
