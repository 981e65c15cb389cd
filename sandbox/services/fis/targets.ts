import { instanceArn } from '../../aws/arn.ts';
import type { Random } from '../../random.ts';
import type { Instance } from '../ec2/instance.ts';
import { ExperimentFailure, type TargetInput } from './contract.ts';

/**
 * What filters can look at: paths into the answer of DescribeInstances, in Pascal case.
 * https://docs.aws.amazon.com/fis/latest/userguide/targets.html#target-filters
 */
export const filterReaders: Readonly<Record<string, (instance: Instance) => string>> = {
  InstanceId: ({ instanceId }) => instanceId,
  InstanceType: ({ instanceType }) => instanceType,
  'Placement.AvailabilityZone': ({ zone }) => zone.name,
  'State.Name': ({ state }) => state,
  SubnetId: ({ zone }) => zone.subnetId,
};

export interface Selection {
  readonly kind: 'ALL' | 'COUNT' | 'PERCENT';
  readonly n: number;
}

/** `ALL`, `COUNT(n)` or `PERCENT(n)`; undefined for another text. */
export function selectionOf(text: string): Selection | undefined {
  if (text === 'ALL') return { kind: 'ALL', n: 0 };
  const [, kind, digits] = /^(COUNT|PERCENT)\((\d+)\)$/.exec(text) ?? [];
  const n = Number(digits);
  if (kind === 'COUNT' && n >= 1) return { kind, n };
  return kind === 'PERCENT' && n >= 1 && n <= 100 ? { kind, n } : undefined;
}

/**
 * The Spot instances of a target, among all that EC2 shows: those that have ended are among them for an hour, unless a filter of `State.Name`
 * leaves them out. Throws `ExperimentFailure` when an ARN is not found, or when nothing is left.
 */
export function resolveTarget(name: string, target: TargetInput, all: readonly Instance[], random: Random): Instance[] {
  const identified = identify(name, target, all);
  const selected = select(name, target, identified, random);
  // The words: awslabs/ec2-spot-workshops, "rendering-with-batch".
  if (selected.length === 0)
    throw new ExperimentFailure('InvalidTarget', name, 'Target resolution returned empty set.');
  return selected;
}

function identify(name: string, target: TargetInput, all: readonly Instance[]): Instance[] {
  const spot = all.filter((instance) => instance.spot);
  if (target.resourceArns) {
    return target.resourceArns.map((arn) => {
      const found = spot.find(({ instanceId }) => instanceArn(instanceId) === arn);
      if (found) return found;
      throw new ExperimentFailure('InvalidTarget', name, `There is no Spot instance ${arn}.`);
    });
  }
  // "All specified tags have to be present", an empty value "is not equivalent to a wildcard" (user guide, "Targets").
  const wanted = Object.entries(target.resourceTags ?? {});
  return spot.filter(
    (instance) => wanted.every(([key, value]) => instance.tags.get(key) === value) && passes(instance, target),
  );
}

/** All filters have to match, and of each any value: user guide, "Targets". */
function passes(instance: Instance, { filters = [] }: TargetInput): boolean {
  return filters.every(({ path, values }) => values.includes(filterReaders[path]?.(instance) ?? ''));
}

/** "At random"; of a percentage "AWS FIS rounds down": user guide, "Targets". */
function select(name: string, { selectionMode }: TargetInput, from: readonly Instance[], random: Random): Instance[] {
  const { kind, n } = selectionOf(selectionMode) ?? { kind: 'ALL', n: 0 };
  if (kind === 'ALL') return [...from];
  if (kind === 'COUNT' && from.length > 0 && n > from.length) {
    const reason = `AWS documents no outcome of ${selectionMode} with ${from.length} resources.`;
    throw new ExperimentFailure('NotImplementedInSandbox', name, reason);
  }
  const count = kind === 'COUNT' ? n : Math.floor((from.length * n) / 100);
  return sample(from, count, random);
}

function sample<Item>(from: readonly Item[], count: number, random: Random): Item[] {
  const left = [...from];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(random() * left.length), 1),
  ).flat();
}
