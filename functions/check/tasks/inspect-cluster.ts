import type * as z from 'zod';
import type { ClusterSettings } from '../../../shared/config/schema.ts';
import { plural } from '../../../shared/domain/plural.ts';
import { TaskError } from '../../../shared/runtime/errors.ts';
import { inParallel } from '../../../shared/runtime/parallel.ts';
import { logger } from '../../../shared/runtime/telemetry.ts';
import { defineTask, parseInput } from '../../../shared/workflow/define-task.ts';
import { deployment } from '../../../shared/workflow/live/deployment.ts';
import { groups } from '../../../shared/workflow/live/groups.ts';
import { inspectedCluster } from '../../../shared/workflow/live/inspected-cluster.ts';
import { instances } from '../../../shared/workflow/live/instances.ts';
import { probes } from '../../../shared/workflow/live/probes.ts';
import { settings } from '../../../shared/workflow/live/settings.ts';
import type { PortsOf } from '../../../shared/workflow/needs.ts';
import { because, check, type Finding, type InputOf, mostFindings, type NeedsOf, type OutputOf } from '../contract.ts';
import { findingsOf, inReport } from '../core/findings.ts';
import { mayForce } from '../core/may-force.ts';
import type { Observations, Probed, Seen } from '../core/observations.ts';
import { strayOf } from '../core/strays.ts';

type Ports = PortsOf<NeedsOf<'inspectCluster'>>;
type Given = z.output<typeof check.input>;

/** Functions asked at a time; each may wait for an endpoint that never answers. */
const inFlight = 10;

/** Looks at everything that work on the cluster needs, and says what would stop it. Changes nothing. */
export function inspectCluster(ports: Ports) {
  return async ({ input }: InputOf<'inspectCluster'>, signal?: AbortSignal): Promise<OutputOf<'inspectCluster'>> => {
    const given = parseInput(check.input, input);
    const clusterSettings = await seen(() => ports.settings.cluster(given.cluster));
    const daily = 'error' in clusterSettings || clusterSettings.value.check.daily;
    if (given.cause === 'Daily' && !daily)
      return {
        cluster: given.cluster,
        outcome: 'NothingToDo',
        reasons: [because('NotDaily', given.cluster)],
        findings: [],
      };
    const observed = await observe(ports, given, clusterSettings, signal);
    const findings = findingsOf(observed);
    const said = inReport(given.cluster, findings, mostFindings);
    const paused = 'value' in observed.paused ? observed.paused.value : undefined;
    const reasons = [...(paused === undefined ? [] : [because('Paused', given.cluster, paused)]), ...said.map(inWords)];
    logger.info(`check: ${plural(findings.length, 'finding')}`, { cluster: given.cluster, findings });
    const outcome = findings.length > 0 ? 'Findings' : 'Healthy';
    return { cluster: given.cluster, outcome, reasons, findings: said };
  };
}

function inWords({ code, about, evidence }: Finding) {
  return because(code, about, evidence);
}

async function observe(
  ports: Ports,
  { cluster }: Given,
  clusterSettings: Seen<ClusterSettings>,
  signal: AbortSignal | undefined,
): Promise<Observations> {
  const functions = await ports.probes.functions();
  const [answers, paused, inCluster, rules, receivers] = await Promise.all([
    inParallel(functions, inFlight, (name) => seen((): Promise<Probed> => ports.probes.probe(name, cluster)), signal),
    seen(() => ports.settings.paused()),
    lookInCluster(ports, cluster),
    seen(() => ports.deployment.rules()),
    seen(() => ports.deployment.receivers()),
  ]);
  const probed = new Map(functions.map((name, index) => [name, answers[index] as Seen<Probed>]));
  // Its own settings could not be read either: the functions that could not say so.
  const forces = 'value' in clusterSettings && mayForce(clusterSettings.value['node-replacement']);
  return { cluster, probes: probed, paused, ...inCluster, rules, receivers, forces };
}

/** Guard rails, and the groups and instances of the nodes. */
async function lookInCluster(
  ports: Ports,
  name: string,
): Promise<Pick<Observations, 'policies' | 'nodes' | 'groups' | 'strays'>> {
  const opened = await seen(() => ports.cluster(name));
  if ('error' in opened) return { policies: opened, nodes: opened, groups: opened, strays: opened };
  const [policies, nodes] = await Promise.all([
    seen(() => opened.value.listAdmissionPolicies('eks-steward-')),
    seen(() => opened.value.listNodes()),
  ]);
  if ('error' in nodes) return { policies, nodes, groups: nodes, strays: nodes };
  const ids = nodes.value.flatMap(({ instanceId }) => instanceId ?? []);
  const described = await seen(async () => {
    const memberships = await ports.groups.groupsOf(ids);
    return [...(await ports.groups.describe([...new Set(memberships.values())])).values()];
  });
  const strays = await seen(async () => {
    const facts = await ports.instances.describe(ids);
    return [...facts.values()].flatMap((instance) => strayOf(instance, name) ?? []);
  });
  return { policies, nodes: { value: nodes.value.length }, groups: described, strays };
}

async function seen<Value>(look: () => Promise<Value>): Promise<Seen<Value>> {
  try {
    return { value: await look() };
  } catch (error) {
    // A bug of ours is no finding.
    if (!(error instanceof TaskError)) throw error;
    const { name, message } = error;
    return { error: { name, message } };
  }
}

const connectors = { settings, groups, instances, cluster: inspectedCluster, probes, deployment };
export const handler = defineTask(check.tasks.inspectCluster, connectors, inspectCluster);
