import { createHash } from 'node:crypto';
import type { Act, Kind, Stage } from '../contract.ts';
import { choose, instancesOf, nodesOf } from './find.ts';

type Chance = Pick<Act, 'which' | 'how'>;

/** The input of the last execution that a person started. */
const lastInput = 'last input of a person';

async function machineOf(stage: Stage): Promise<string | undefined> {
  const { stateMachines } = await stage.call<{ stateMachines: { stateMachineArn: string; name: string }[] }>(
    'states',
    'ListStateMachines',
    {},
  );
  return stateMachines.find(({ name }) => name.includes('node-replacement'))?.stateMachineArn;
}

async function start(stage: Stage, input: object): Promise<string | undefined> {
  const stateMachineArn = await machineOf(stage);
  if (stateMachineArn === undefined) return undefined;
  stage.notes.set(lastInput, input);
  await stage.call('states', 'StartExecution', { stateMachineArn, input: JSON.stringify(input) });
  return `a person starts ${JSON.stringify(input)}`;
}

/** One node, or a few, by name or by instance; now and then only its plan. */
async function replaceNodes(stage: Stage, { which, how }: Chance): Promise<string | undefined> {
  const cluster = stage.cluster.name;
  const count = how < 0.7 ? 1 : 2 + Math.floor(how * 3);
  const dryRun = how > 0.6 && how < 0.7;
  if (how < 0.35) {
    const all = instancesOf(stage).map(({ instanceId }) => instanceId);
    return all.length === 0 ? undefined : await start(stage, { cluster, instances: next(all, which, count), dryRun });
  }
  const all = nodesOf(stage).map(({ metadata }) => metadata.name);
  return all.length === 0 ? undefined : await start(stage, { cluster, nodes: next(all, which, count), dryRun });
}

/** The product takes no more names at once. */
const mostNames = 50;

/** Every node of the cluster, as after a new image of the machines; some name them by instance as well. */
async function replaceAll(stage: Stage, { how }: Chance): Promise<string | undefined> {
  const nodes = nodesOf(stage)
    .map(({ metadata }) => metadata.name)
    .slice(0, mostNames);
  if (nodes.length === 0) return undefined;
  const running = instancesOf(stage).map(({ instanceId }) => instanceId);
  const instances = how < 0.3 ? running.slice(-mostNames) : [];
  return await start(stage, { cluster: stage.cluster.name, nodes, instances, dryRun: how > 0.6 });
}

/** So many from one on, each once. */
function next(all: readonly string[], which: number, count: number): string[] {
  const from = Math.floor(which * all.length);
  return [...new Set(Array.from({ length: count }, (_, index) => all[(from + index) % all.length] as string))];
}

async function sameAgain(stage: Stage): Promise<string | undefined> {
  const input = stage.notes.get(lastInput) as object | undefined;
  return input && (await start(stage, input));
}

async function mistype(stage: Stage, { which }: Chance): Promise<string | undefined> {
  const node = choose(nodesOf(stage), which)?.metadata.name;
  return node === undefined ? undefined : await start(stage, { cluster: stage.cluster.name, node, dryRun: false });
}

async function executionsOf(stage: Stage, statusFilter: string) {
  const stateMachineArn = await machineOf(stage);
  if (stateMachineArn === undefined) return [];
  const { executions } = await stage.call<{ executions: { executionArn: string; name: string }[] }>(
    'states',
    'ListExecutions',
    { stateMachineArn, statusFilter },
  );
  return executions;
}

async function stop(stage: Stage, { which }: Chance): Promise<string | undefined> {
  const execution = choose(await executionsOf(stage, 'RUNNING'), which);
  if (!execution) return undefined;
  await stage.call('states', 'StopExecution', { executionArn: execution.executionArn });
  return `a person stops ${execution.name}`;
}

async function redrive(stage: Stage, { which }: Chance): Promise<string | undefined> {
  const dead = [...(await executionsOf(stage, 'ABORTED')), ...(await executionsOf(stage, 'FAILED'))];
  const execution = choose(dead, which);
  if (!execution) return undefined;
  await stage.call('states', 'RedriveExecution', { executionArn: execution.executionArn });
  return `a person redrives ${execution.name}`;
}

/** Puts back what an execution has changed although that still runs. */
async function cleanUp(stage: Stage, { which }: Chance): Promise<string | undefined> {
  const execution = choose(await executionsOf(stage, 'RUNNING'), which);
  return execution && (await start(stage, { cluster: stage.cluster.name, cause: 'Cleanup', of: execution.name }));
}

interface Parameters {
  readonly Parameters: readonly { readonly Name: string }[];
}

async function parameterNamed(stage: Stage, part: string): Promise<{ name: string; value: string } | undefined> {
  const { Parameters: all } = await stage.call<Parameters>('ssm', 'DescribeParameters', {});
  const name = all.find(({ Name }) => Name.endsWith(part))?.Name;
  if (name === undefined) return undefined;
  const { Parameter } = await stage.call<{ Parameter: { Value: string } }>('ssm', 'GetParameter', { Name: name });
  return { name, value: Parameter.Value };
}

/** Another value for some minutes. A second one that comes meanwhile finds nothing to change. */
async function forMinutes(stage: Stage, part: string, value: string, minutes: number): Promise<string | undefined> {
  const found = await parameterNamed(stage, part);
  if (!found || stage.notes.has(part)) return undefined;
  const put = async (Value: string) =>
    await stage.call('ssm', 'PutParameter', { Name: found.name, Value, Type: 'String', Overwrite: true });
  stage.notes.set(part, value);
  await put(value);
  stage.later(minutes * 60_000, async () => {
    stage.notes.delete(part);
    await put(found.value);
  });
  return `${found.name} is ${JSON.stringify(value)} for ${minutes} min`;
}

async function pause(stage: Stage, { how }: Chance): Promise<string | undefined> {
  return await forMinutes(stage, '/paused', 'an incident', 1 + Math.floor(how * 30));
}

/** Saved by hand, with a mistake in it. */
async function breakSettings(stage: Stage, { how }: Chance): Promise<string | undefined> {
  return await forMinutes(stage, `/clusters/${stage.cluster.name}`, '{"clusters": oops', 1 + Math.floor(how * 5));
}

/** Settings that are right, and other than before: somebody deploys in the middle of a run. */
async function changeSettings(stage: Stage, { which, how }: Chance): Promise<string | undefined> {
  const part = `/clusters/${stage.cluster.name}`;
  const found = await parameterNamed(stage, part);
  if (!found || stage.notes.has(part)) return undefined;
  const settings = JSON.parse(found.value.replace(/^.*\n/, '')) as { 'node-replacement': Record<string, object> };
  const [cause, change] = choose(changes, which) as (typeof changes)[number];
  const policy = settings['node-replacement'];
  policy[cause] = { ...policy[cause], ...change };
  const minutes = 1 + Math.floor(how * 30);
  await forMinutes(stage, part, deployed(JSON.stringify(settings)), minutes);
  return `somebody deploys ${cause}: ${JSON.stringify(change)}, and what was before after ${minutes} min`;
}

/** As a deployment writes settings that fit into one parameter: a line before them holds their hash. */
function deployed(text: string): string {
  return `0/1 ${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n${text}`;
}

/** What people try. */
const changes: readonly (readonly [cause: string, change: object])[] = [
  ['manual', { 'drain-timeout': '5m' }],
  ['manual', { replacement: 'by-group' }],
  ['manual', { 'replacement-timeout': '2m' }],
  ['rebalance-recommendation', { action: 'ignore' }],
  ['rebalance-recommendation', { action: 'notify' }],
  ['spot-interruption', { replacement: 'by-group' }],
  ['spot-interruption', { 'finish-before': '30s' }],
];

export const ofOperators: Readonly<Record<string, Kind>> = {
  'replace-nodes': { weight: 4, does: replaceNodes },
  'replace-all': { weight: 0.3, does: replaceAll },
  'same-again': { weight: 1, does: sameAgain },
  mistype: { weight: 0.3, does: mistype },
  stop: { weight: 1, does: stop },
  redrive: { weight: 0.7, does: redrive },
  'clean-up': { weight: 0.5, does: cleanUp },
  pause: { weight: 0.8, does: pause },
  'change-settings': { weight: 0.5, does: changeSettings },
  'break-settings': { weight: 0.4, does: breakSettings },
};
