import type { Deployment } from '../aws/deployment.ts';
import type { Executions } from '../aws/executions.ts';
import type { Groups } from '../aws/groups.ts';
import type { Instances } from '../aws/instances.ts';
import type { Probes } from '../aws/probes.ts';
import type { Settings } from '../aws/settings.ts';
import type { InspectedCluster } from '../kubernetes/cluster-api.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Cases } from '../work/cases.ts';
import type { Journal } from '../work/journal.ts';
import type { Leases } from '../work/leases.ts';

/** Every port that a function can need. `Change` is what its workflow writes into the journal. */
export interface AllPorts<Change> {
  readonly settings: Settings;
  readonly cases: Cases;
  readonly journal: Journal<Change>;
  readonly leases: Leases;
  readonly groups: Groups;
  readonly instances: Instances;
  readonly executions: Executions;
  readonly cluster: InspectedCluster;
  readonly probes: Probes;
  readonly deployment: Deployment;
}

/**
 * What a task may ask for, and how far each level goes: the methods of the port. Infra gives a role the actions behind these
 * methods and no others (infra/constructs/grants.ts), and a task's ports have no other methods.
 */
export const levels = {
  /** `obey` is for tasks that change something: they stop when everything is paused. */
  settings: { read: ['cluster', 'paused'], obey: ['cluster', 'paused'] },
  cases: {
    renew: ['renew'],
    claim: ['read', 'claim', 'close'],
    work: ['read', 'claim', 'renew', 'close'],
    open: ['openOrJoin', 'read', 'abandon'],
  },
  journal: {
    read: ['scopeOf'],
    begin: ['begin'],
    change: ['intend', 'settle', 'changesOf'],
    undo: ['scopeOf', 'intend', 'settle', 'changesOf'],
  },
  leases: { take: ['take', 'release'] },
  groups: {
    read: ['groupsOf', 'describe'],
    launch: ['describe', 'setDesired', 'failedLaunches'],
    terminate: ['groupsOf', 'describe', 'setDesired', 'terminate'],
  },
  instances: { read: ['describe'] },
  executions: { start: ['start', 'look'] },
  probes: { ask: ['functions', 'probe'] },
  deployment: { inspect: ['rules', 'receivers'] },
  cluster: {
    read: ['rights', 'getNode', 'listNodes', 'listPods', 'listBudgets'],
    inspect: ['rights', 'listNodes', 'listAdmissionPolicies'],
    drain: [
      'rights',
      'missingRights',
      'getNode',
      'listNodes',
      'changeNode',
      'listPods',
      'listBudgets',
      'evict',
      'deletePod',
      'countVolumes',
      'recordEvent',
    ],
  },
} as const satisfies { readonly [Name in keyof AllPorts<unknown>]: Levels<AllPorts<unknown>[Name]> };

/** The variables that infra sets, for the ports that need them (infra/constructs/grants.ts). */
export const variables = {
  /** Begins the names of everything that this deployment owns: its stack's name. */
  prefix: 'STEWARD_PREFIX',
  workTable: 'STEWARD_WORK_TABLE',
  alarmTopic: 'STEWARD_ALARM_TOPIC',
  /** The names of this deployment's rules, with commas. */
  rules: 'STEWARD_RULES',
  /** The names of the functions that can be probed, with commas. */
  functions: 'STEWARD_FUNCTIONS',
} as const;

type Levels<Port> = Readonly<Record<string, readonly (keyof Port)[]>>;

export type NeedName = keyof typeof levels;
export type Level<Name extends NeedName> = keyof (typeof levels)[Name] & string;

/** What a task needs of the world, each port at one level. */
export type Needs = { readonly [Name in NeedName]?: Level<Name> };

type Methods<Name extends NeedName, At> = At extends keyof (typeof levels)[Name]
  ? (typeof levels)[Name][At] extends readonly (infer Method)[]
    ? Method
    : never
  : never;

type Port<Name extends NeedName, At, Change> = Pick<
  AllPorts<Change>[Name],
  Extract<Methods<Name, At>, keyof AllPorts<Change>[Name]>
>;

/** The ports of a task with these needs. A cluster is opened by its name. */
export type PortsOf<N extends Needs, Change = unknown> = {
  readonly [Name in keyof N & NeedName]: Name extends 'cluster'
    ? (name: string) => Promise<Port<'cluster', N['cluster'], Change>>
    : Port<Name, N[Name], Change>;
} & { readonly clock: Clock };
