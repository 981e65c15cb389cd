import { relative } from 'node:path';
import { drills } from '../drills/drills.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Style } from './print.ts';
import { type DrillResult, endedWell } from './results.ts';

type Paint = (style: Style, text: string) => string;

export const usage = `npm start -- [flags]

Boots the sandbox, plays a drill, and stays up until Ctrl-C.

  --drill NAME|FILE   what happens: ${Object.keys(drills).join(', ')}, or a JSON file of events
  --once              end when all work has ended
  --json              print one JSON object and nothing else (use npm start -s), then end
  --port N            of the AWS endpoint, 4566 by default
  --world FILE        the world to begin with, sandbox/worlds/demo.yaml by default
  --clock real|skip   skip (default) jumps over waiting times during the drill; real takes as long as it takes
  --kubeconfig FILE   a real cluster (its current context) in place of the world's first; see sandbox/kubernetes/external/README.md
  --token-reviews N   port where that cluster's API server asks who our tokens are, 4567 by default
  --seed N            repeats a run
  --logs              what the functions write, on stderr

Exit status: 0 if every execution ended well, or none was called for; 1 if one did not; 2 for flags or files that
cannot be used, before anything is played.`;

/** What runs here, and what of it is real; `kubeconfig` is that of a real cluster in the place of the first. */
export function greeting(sandbox: Sandbox, seconds: number, kubeconfig: string | undefined, paint: Paint): string {
  const clusters = [...sandbox.world.clusters.values()].map((cluster) => {
    const nodes = cluster.store.list('nodes').length;
    return `cluster ${cluster.name} with ${nodes} nodes and ${cluster.store.list('pods').length} pods`;
  });
  const [first] = sandbox.world.clusters.keys();
  const kubernetes = kubeconfig === undefined ? [] : [`the Kubernetes of cluster ${first} (kubelets are kwok's)`];
  const real = ['the template of cdk synth', 'the bundled functions', 'JSONata (the reference engine)', ...kubernetes];
  const ours = ['every other AWS service', ...(kubeconfig === undefined ? ['Kubernetes'] : [])];
  const facts = [
    `  real         ${real.join(', ')}`,
    '  third party  DynamoDB (dynalite)',
    `  ours         ${ours.join(', ')}, EC2 and Auto Scaling behaviour; aws.* events are taken from anyone`,
    '  never        credentials are not read, and no connection leaves this machine',
  ];
  return [
    `${paint('bold', 'eks-steward sandbox')}: ${clusters.join(', ')}; up in ${seconds.toFixed(1)} s`,
    ...facts.map((fact) => paint('dim', fact)),
    '',
  ].join('\n');
}

/** For clients. TestState has the host prefix `sync-`, which 127.0.0.1 cannot take: AWS SDKs and Tools guide, "Host prefix injection". */
const environment =
  'AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=me AWS_DISABLE_HOST_PREFIX_INJECTION=true';

/** How it ended, and what to try next when it stays up; `nextSpot` is an instance for that. */
export function farewell(
  result: DrillResult,
  endpoint: string,
  kubeconfig: string,
  nextSpot: string | undefined,
  paint: Paint,
): string {
  const head = `${paint(endedWell(result.executions) ? 'green' : 'red', result.outcome)} after ${result.seconds.toFixed(1)} s on the sandbox's clock`;
  const runs = result.executions.map(
    ({ workflow, name, status, outcome }) => `  ${workflow} ${name}: ${status}, ${outcome}`,
  );
  if (nextSpot === undefined) return ['', head, ...runs].join('\n');
  const file = relative(process.cwd(), kubeconfig);
  const detail = JSON.stringify({ 'instance-id': nextSpot, 'instance-action': 'terminate' }).replaceAll('"', '\\"');
  const entry = `[{"Source":"aws.ec2","DetailType":"EC2 Spot Instance Interruption Warning","Detail":"${detail}"}]`;
  return [
    '',
    head,
    ...runs,
    '',
    'Up until Ctrl-C; the clock now goes with the wall clock. Try:',
    `  kubectl --kubeconfig ${file} get nodes,pods -A -o wide`,
    `  export AWS_ENDPOINT_URL=${endpoint} ${environment}`,
    `  aws events put-events --entries '${entry}'`,
    `  python3 -c 'import boto3; print(boto3.client("stepfunctions").list_state_machines()["stateMachines"])'`,
    '  npm start -- --help',
  ].join('\n');
}
