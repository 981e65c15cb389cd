import * as z from 'zod';
import type { ProbeAnswer } from '../aws/probes.ts';
import { rightInWords } from '../domain/right.ts';
import { subjectOf } from '../domain/subject.ts';
import { knownError } from '../runtime/errors.ts';
import type { AllPorts, Needs } from './needs.ts';

/** What every task's function understands beside its own input: try what you need, and change nothing. */
const probeEvent = z.strictObject({ probe: z.strictObject({ cluster: z.string() }) });

/** The cluster that the event asks to be probed for; undefined for every other event. */
export function probedCluster(event: unknown): string | undefined {
  return probeEvent.safeParse(event).data?.probe.cluster;
}

/** An instance, a group and an execution that nobody has: a read of them needs the right and finds nothing. */
const nobody = { instance: 'i-00000000000000000', group: 'eks-steward-probe', execution: 'eks-steward-probe' };

type Reads = Partial<AllPorts<unknown>> & { readonly open?: AllPorts<unknown>['cluster'] };

/** One read for each need; what a task only writes is not tried. */
const reads: { readonly [What in string]?: (ports: Reads, cluster: string) => Promise<unknown> | undefined } = {
  settings: async ({ settings }, cluster) => [await settings?.cluster(cluster), await settings?.paused()],
  cases: ({ cases }) => (cases?.read ?? cases?.renew)?.([subjectOf('instance', nobody.instance)], nobody.execution),
  journal: ({ journal }) => (journal?.changesOf ?? journal?.scopeOf)?.(nobody.execution),
  groups: ({ groups }) => groups?.describe?.([nobody.group]),
  instances: ({ instances }) => instances?.describe([nobody.instance]),
};

/** Tries what a task needs, with its own ports. */
export async function probe(needs: Needs, ports: object, cluster: string): Promise<ProbeAnswer> {
  const answer: { tried: ProbeAnswer['tried']; role?: string; rights?: string[] } = { tried: [] };
  const attempt = async (what: string, call: () => Promise<unknown> | undefined) => {
    try {
      await call();
      answer.tried.push({ what });
    } catch (error) {
      const { name, message } = knownError(error);
      answer.tried.push({ what, error: { name, message } });
    }
  };
  for (const what of Object.keys(needs)) {
    const read = reads[what];
    if (read) await attempt(what, () => read(ports as Reads, cluster));
  }
  if (needs.cluster === undefined) return answer;
  answer.role = needs.cluster;
  await attempt('cluster', async () => {
    const open = (ports as { cluster: (name: string) => Promise<AllPorts<unknown>['cluster']> }).cluster;
    answer.rights = (await (await open(cluster)).rights()).map(rightInWords);
  });
  return answer;
}
