import { AwsError } from '../../aws/contract.ts';
import { uuid } from '../../random.ts';
import type { ActivityTools } from './activities.ts';
import type { Group, Hook, HookResult, LifecycleAction, Member, Transition } from './group.ts';

/** "The maximum is 172800 seconds (48 hours) or 100 times HeartbeatTimeout, whichever is smaller": API_LifecycleHook. */
function globalTimeout({ heartbeat }: Hook): number {
  return Math.min(172_800, 100 * heartbeat);
}

const detailTypes: Readonly<Record<Transition, string>> = {
  'autoscaling:EC2_INSTANCE_LAUNCHING': 'EC2 Instance-launch Lifecycle Action',
  'autoscaling:EC2_INSTANCE_TERMINATING': 'EC2 Instance-terminate Lifecycle Action',
};

/** Called when an action has ended, by a call or by its timeout. */
export type ActionEnded = (group: Group, member: Member, hook: Hook, result: HookResult) => void;

/** Lifecycle hooks: instances wait until each has been completed or its time is over. */
export class LifecycleHooks {
  readonly #tools: ActivityTools;
  readonly #ended: ActionEnded;

  constructor(tools: ActivityTools, ended: ActionEnded) {
    this.#tools = tools;
    this.#ended = ended;
  }

  /** Starts the actions of all hooks of a transition. False when there are none. */
  begin(group: Group, member: Member, transition: Transition): boolean {
    const hooks = [...group.hooks.values()].filter((hook) => hook.transition === transition);
    for (const hook of hooks) this.#start(group, member, hook);
    return hooks.length > 0;
  }

  /** Drops what an instance waits for. */
  drop(member: Member): void {
    for (const { timer } of member.actions) this.#tools.clock.cancel(timer);
    member.actions = [];
  }

  /** Ends an action. Throws `ValidationError` when there is no such action. */
  complete(group: Group, selection: ActionSelection, result: HookResult): void {
    const { member, action } = actionOf(group, selection);
    this.#end(group, member, action, result);
  }

  /** Gives an action its heartbeat timeout again. Throws `ValidationError` when there is no such action. */
  heartbeat(group: Group, selection: ActionSelection): void {
    const { member, action } = actionOf(group, selection);
    const { clock } = this.#tools;
    clock.cancel(action.timer);
    const due = Math.min(clock.now() + action.hook.heartbeat * 1000, action.latest);
    action.timer = clock.after(due - clock.now(), () => this.#end(group, member, action, action.hook.byDefault));
  }

  #start(group: Group, member: Member, hook: Hook): void {
    const { clock, random, emit } = this.#tools;
    const token = uuid(random);
    const latest = clock.now() + globalTimeout(hook) * 1000;
    const timer = clock.after(hook.heartbeat * 1000, () => this.#end(group, member, action, hook.byDefault));
    const action: LifecycleAction = { hook, token, latest, timer };
    member.actions.push(action);
    const launching = hook.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING';
    emit({
      source: 'aws.autoscaling',
      detailType: detailTypes[hook.transition],
      resources: [group.arn],
      detail: {
        LifecycleActionToken: token,
        AutoScalingGroupName: group.name,
        LifecycleHookName: hook.name,
        EC2InstanceId: member.instance.instanceId,
        LifecycleTransition: hook.transition,
        ...(hook.metadata === undefined ? {} : { NotificationMetadata: hook.metadata }),
        Origin: launching ? 'EC2' : 'AutoScalingGroup',
        Destination: launching ? 'AutoScalingGroup' : 'EC2',
      },
    });
  }

  #end(group: Group, member: Member, action: LifecycleAction, result: HookResult): void {
    this.#tools.clock.cancel(action.timer);
    member.actions = member.actions.filter((other) => other !== action);
    this.#ended(group, member, action.hook, result);
  }
}

export interface ActionSelection {
  readonly hook: string;
  readonly instanceId?: string | undefined;
  readonly token?: string | undefined;
}

function actionOf(group: Group, { hook, instanceId, token }: ActionSelection) {
  if (instanceId === undefined && token === undefined) {
    throw new AwsError('ValidationError', 'Either LifecycleActionToken or InstanceId must be specified');
  }
  for (const member of group.members.values()) {
    if (instanceId !== undefined && member.instance.instanceId !== instanceId) continue;
    const action = member.actions.find((one) => one.hook.name === hook && (token === undefined || one.token === token));
    if (action) return { member, action };
  }
  // The words of real answers: spacelift-io/terraform-aws-spacelift-workerpool-on-ec2 pull request 197, convox/rack issue 2432.
  const which = token === undefined ? `instance ID ${instanceId}` : `token ${token}`;
  throw new AwsError('ValidationError', `No active Lifecycle Action found with ${which}`);
}
