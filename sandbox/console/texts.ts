import { drills } from '../drills/drills.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Style } from './print.ts';
import { type DrillResult, endedWell } from './results.ts';
import { span } from './span.ts';

type Paint = (style: Style, text: string) => string;

export const usage = `npm start -- [flags]

Boots the sandbox, plays a drill, and stays up until Ctrl-C.

  --drill NAME|FILE   what happens: ${Object.keys(drills).join(', ')}, or a JSON file of events;
                      also the name of a state machine whose template has an example: a NAME that is none of these lists all
  --once              end when all work has ended
  --json              print one JSON object and nothing else (use npm start -s), then end
  --port N            of the AWS endpoint, 4566 by default
  --world FILE        the world to begin with, sandbox/worlds/demo.yaml by default; docs/world-file.md has every key
  --config FILE       the configuration of eks-steward, steward.yaml by default
  --clock real|skip   during the drill: skip (default) jumps over times in which nothing happens; real does not
  --kubeconfig FILE   a real cluster (its current context) in place of the world's first; see sandbox/kubernetes/external/README.md
  --token-reviews N   port where that cluster's API server asks who our tokens are, 4567 by default
  --seed N            repeats a run
  --weather NAME      calm, rough or storm; rough:aws,events for some kinds of it only
  --replay SEED       a history that npm run simulate has found, as a timeline; in rough weather if no other is given
  --only A,B          the history that has acts of these only: aws, sizes, cluster, operators, liars
  --acts N,N          of its acts only these, or none
  --troubles 'A,B'    of its weather only these troubles, or none
  --logs              what the functions log, on stderr

Exit status: 0 if every execution succeeded, or none was needed; 1 if one failed; 2 for flags or files that cannot be
used, before anything is played; 130 when it was stopped during the drill.`;

/** While people wait for the first start after a change of the sources. */
export const synthesizing =
  'cdk synth and esbuild make the template and the functions; 10 to 20 s, once for each change';

/** What runs here, where it is, and what of it is real: also the Kubernetes of the first cluster, if `real`. */
export function greeting(
  sandbox: Sandbox,
  {
    seconds,
    kubeconfig,
    real: realCluster,
  }: { readonly seconds: number; readonly kubeconfig: string; readonly real: boolean },
  paint: Paint,
): string {
  const clusters = [...sandbox.world.clusters.values()].map((cluster) => {
    const [nodes, pods] = [cluster.store.list('nodes').length, cluster.store.list('pods').length];
    return `cluster ${cluster.name} with ${counted(nodes, 'node')} and ${counted(pods, 'pod')}`;
  });
  const [first] = sandbox.world.clusters.keys();
  const kubernetes = realCluster ? [`the Kubernetes of cluster ${first} (kubelets are kwok's)`] : [];
  const real = ['the template of cdk synth', 'the bundled functions', 'JSONata (the reference engine)', ...kubernetes];
  const ours = ['every other AWS service', ...(realCluster ? [] : ['Kubernetes'])];
  const facts = [
    `  real         ${real.join(', ')}`,
    '  third party  DynamoDB (dynalite)',
    `  ours         ${ours.join(', ')}, how EC2 and Auto Scaling behave; PutEvents also takes sources that begin with aws., which AWS refuses`,
    '  never        reads credentials, or connects to another machine',
    `  reach it     AWS at ${sandbox.endpoint}, clusters with kubectl --kubeconfig '${kubeconfig}'`,
  ];
  return [
    `${paint('bold', 'eks-steward sandbox')}: ${clusters.join(', ')}; up in ${seconds.toFixed(1)} s`,
    ...facts.map((fact) => paint('dim', fact)),
    '',
  ].join('\n');
}

function counted(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

/** For clients. TestState has the host prefix `sync-`, which 127.0.0.1 cannot take: AWS SDKs and Tools guide, "Host prefix injection". */
const environment =
  'AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=me AWS_DISABLE_HOST_PREFIX_INJECTION=true';

/** Where people find what runs. */
export interface Addresses {
  /** Of AWS. */
  readonly endpoint: string;
  /** An absolute path. */
  readonly kubeconfig: string;
  /** Of the server that plays drills. */
  readonly drills: string;
  /** A Spot instance to try them on. */
  readonly spot: string;
}

/** How it ended. */
export function outcome({ outcome: end, seconds, executions }: DrillResult, paint: Paint): string {
  const head = `${paint(endedWell(executions) ? 'green' : 'red', end)} after ${seconds.toFixed(1)} s on the sandbox's clock`;
  const runs = executions.map(
    ({ workflow, subject, status, outcome: ofRun }) => `  ${workflow} of ${subject}: ${status}, ${ofRun}`,
  );
  return ['', head, ...runs].join('\n');
}

/** What to try next on a sandbox that stays up. */
export function hints({ endpoint, kubeconfig, drills: url, spot }: Addresses): string {
  const detail = JSON.stringify({ 'instance-id': spot, 'instance-action': 'terminate' }).replaceAll('"', '\\"');
  const entry = `[{"Source":"aws.ec2","DetailType":"EC2 Spot Instance Interruption Warning","Detail":"${detail}"}]`;
  return [
    '',
    'The sandbox stays up until Ctrl-C, and from now on a minute of its clock takes a minute. Try:',
    `  kubectl --kubeconfig '${kubeconfig}' get nodes,pods -A -o wide`,
    `  npm run interrupt -- ${spot}    # EC2 takes the instance in two minutes, as AWS FIS has it do`,
    `  curl -X POST ${url}/rebalance-recommendation/${spot}    # or another drill`,
    `  export AWS_ENDPOINT_URL=${endpoint} ${environment}`,
    `  aws stepfunctions list-state-machines`,
    // It puts the address of SQS itself in place of AWS_ENDPOINT_URL: aws/aws-cli, awscli/customizations/overridesslcommonname.py.
    `  aws --endpoint-url ${endpoint} sqs list-queues    # version 1 of the AWS CLI needs the option, for SQS alone`,
    `  aws events put-events --entries '${entry}'    # only the warning: the instance goes on`,
    `  python3 -c 'import boto3; print(boto3.client("stepfunctions").list_state_machines()["stateMachines"])'`,
    '  npm start -- --help',
  ].join('\n');
}

/** Why the clock of a sandbox that has skipped shows another time all at once; undefined when it does not. */
export function clockJump(milliseconds: number): string | undefined {
  return milliseconds < 1_000 ? undefined : `clock jumps ${span(milliseconds)} to the wall clock`;
}
