import * as z from 'zod';
import type { ProbeAnswer } from '../aws/probes.ts';
import { rightInWords } from '../domain/right.ts';
import { type Subject, subjectOf } from '../domain/subject.ts';
import { knownError } from '../runtime/errors.ts';
import type { TaskContract } from './define-workflow.ts';
import { type AllPorts, levels, type NeedName } from './needs.ts';

/** What every task's function understands beside its own input: try what you need, and change nothing. */
const probeEvent = z.strictObject({ probe: z.strictObject({ cluster: z.string() }) });

/** The cluster that the event asks to be probed for; undefined for every other event. */
export function probedCluster(event: unknown): string | undefined {
  return probeEvent.safeParse(event).data?.probe.cluster;
}

/** An instance, and a name of whatever else, that nobody has: a read of them needs the right and finds nothing. */
const nobody = { instance: 'i-00000000000000000', name: 'eks-steward-probe' };

interface Probing {
  readonly cluster: string;
  /** One of each kind that the task has cases of: its role may read no others. */
  readonly subjects: readonly Subject[];
}
type Ports = AllPorts<unknown>;
type Read = (ports: Ports, probing: Probing) => Promise<unknown>;

/** The reads by which a need is tried, by the method that makes them; what a task only writes is not tried. */
const reads: { readonly [Name in NeedName]?: Readonly<Record<string, Read>> } = {
  settings: {
    cluster: ({ settings }, { cluster }) => settings.cluster(cluster),
    paused: ({ settings }) => settings.paused(),
  },
  cases: {
    read: ({ cases }, { subjects }) => cases.read(subjects),
    renew: ({ cases }, { subjects }) => cases.renew(subjects, nobody.name),
  },
  journal: {
    scopeOf: ({ journal }) => journal.scopeOf(nobody.name),
    changesOf: ({ journal }) => journal.changesOf(nobody.name),
  },
  groups: { describe: ({ groups }) => groups.describe([nobody.name]) },
  instances: { describe: ({ instances }) => instances.describe([nobody.instance]) },
};

/** Tries what a task needs, with its own ports. */
export async function probe(
  { needs, subjects }: Pick<TaskContract, 'needs' | 'subjects'>,
  ports: object,
  cluster: string,
): Promise<ProbeAnswer> {
  const probing = { cluster, subjects: subjects.map((kind) => subjectOf(kind, nobody.name)) };
  const answer: { tried: ProbeAnswer['tried']; role?: string; rights?: string[] } = { tried: [] };
  const attempt = async <Result>(what: string, call: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      const result = await call();
      answer.tried.push({ what });
      return result;
    } catch (error) {
      const { name, message } = knownError(error);
      answer.tried.push({ what, error: { name, message } });
      return undefined;
    }
  };
  for (const [what, level] of Object.entries(needs) as [NeedName, string][]) {
    const methods = (levels[what] as Readonly<Record<string, readonly string[]>>)[level] ?? [];
    const due = methods.flatMap((method) => reads[what]?.[method] ?? []);
    if (due.length > 0) await attempt(what, () => Promise.all(due.map((read) => read(ports as Ports, probing))));
  }
  if (needs.cluster === undefined) return answer;
  answer.role = needs.cluster;
  const open = (ports as { cluster: (name: string) => Promise<AllPorts<unknown>['cluster']> }).cluster;
  // EKS is asked where the cluster is, then the cluster itself: two that may refuse, each for reasons of its own.
  const opened = await attempt('endpoint', () => open(cluster));
  const rights = opened && (await attempt('cluster', () => opened.rights()));
  if (rights) answer.rights = rights.map(rightInWords);
  return answer;
}
