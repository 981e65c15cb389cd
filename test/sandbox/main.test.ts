import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DrillResult } from '../../sandbox/console/results.ts';
import { withNarrowRights } from '../scenarios/worlds.ts';

jest.setTimeout(240_000);

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'sandbox', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'npm-start-'));
/** As `npm start` runs it, without what jest needs of Node. */
const env = { ...process.env, NODE_OPTIONS: '' };

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...flags: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child: ChildProcess = execFile(
      process.execPath,
      [main, '--port', '0', ...flags],
      { env },
      (_, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

/** As `npm run interrupt` does. */
function interrupt(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const script = join(root, 'sandbox', 'interrupt.ts');
    const child = execFile(process.execPath, [script, ...args], { env }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

interface Running {
  /** The first words in the output that the pattern finds. */
  readonly said: (pattern: RegExp) => Promise<string>;
  readonly interrupt: () => Promise<Ended>;
}

/** Those of a test that fails go with it. */
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Runs until the test ends it as Ctrl-C does. */
function run(...flags: readonly string[]): Running {
  const child = spawn(process.execPath, [main, '--port', '0', ...flags], { env });
  children.add(child);
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  let [stdout, stderr] = ['', ''];
  let looking: (() => void) | undefined;
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    looking?.();
  });
  return {
    said: (pattern) =>
      new Promise((resolve, reject) => {
        looking = () => {
          const [found] = pattern.exec(stdout) ?? [];
          if (found !== undefined) resolve(found);
        };
        looking();
        void closed.then(() => reject(new Error(`it ended without saying ${pattern}: ${stdout}${stderr}`)));
      }),
    interrupt: async () => {
      child.kill('SIGINT');
      return { status: await closed, stdout, stderr };
    },
  };
}

/** Its last words before it stays up. */
const staysUp = /npm start -- --help/;

/** Runs until it says that it stays up, and then interrupts it. */
async function startAndInterrupt(...flags: readonly string[]): Promise<Ended> {
  const running = run(...flags);
  await running.said(staysUp);
  return await running.interrupt();
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const warning = (instance: string) => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Spot Instance Interruption Warning',
  detail: { 'instance-id': instance, 'instance-action': 'terminate' },
});
const resultOf = ({ stdout }: Ended) => JSON.parse(stdout) as DrillResult;

describe('npm start', () => {
  let [first, again, told, foreign, failing]: Ended[] = [];

  beforeAll(async () => {
    const events = file('foreign.json', JSON.stringify(warning('i-0123456789abcdef0')));
    // Two at a time, for two cores.
    [first, again] = await Promise.all([
      start('--once', '--json', '--seed', '3'),
      start('--once', '--json', '--seed', '3'),
    ]);
    [told, foreign] = await Promise.all([start('--once'), startAndInterrupt('--drill', events)]);
    failing = await start('--once', '--json', '--world', withNarrowRights());
  });

  it('prints one JSON object for a program, and ends 0 when every execution ended well', () => {
    expect(first?.status).toBe(0);
    expect(first?.stdout.trim().split('\n')).toHaveLength(1);
    const text = expect.any(String);
    const result = resultOf(first as Ended);
    expect(result).toEqual({
      drill: 'spot-interruption',
      outcome: 'Replaced',
      seconds: expect.any(Number),
      executions: [
        {
          workflow: 'node-replacement',
          subject: expect.stringMatching(/^ip-10-0-.*\.ec2\.internal$/),
          name: text,
          status: 'SUCCEEDED',
          outcome: 'Replaced',
          reasons: expect.anything(),
        },
      ],
      timeline: expect.arrayContaining([{ ms: expect.any(Number), subject: text, what: 'cordoned' }]),
    });
    expect(result.timeline.map(({ ms }) => ms)).toEqual(result.timeline.map(({ ms }) => ms).toSorted((a, b) => a - b));
  });

  it('repeats a run with its seed, and another seed is another world', () => {
    const result = resultOf(first as Ended);
    expect(resultOf(again as Ended)).toEqual(result);
    expect(told?.stdout).not.toContain(result.timeline[0]?.subject);
  });

  it('tells the story without escape sequences where no terminal is', () => {
    expect(told?.status).toBe(0);
    expect(told?.stdout).not.toContain('\u001b');
    expect(told?.stdout).toMatch(/\+0\.0s .* EC2 Spot Instance Interruption Warning: terminate/);
    expect(told?.stdout).toMatch(/\+\S+s .* Workflow Finished: Replaced/);
    expect(told?.stdout.trim().split('\n').at(-1)).toMatch(/node-replacement of ip-10-0-\S+: SUCCEEDED, Replaced/);
  });

  it('runs nothing for an event of a foreign instance, stays up until it is interrupted, and ends 0', () => {
    expect(foreign?.stdout).toContain('i-0123456789abcdef0');
    expect(foreign?.stdout).toContain('NoExecution after 0.0 s');
    expect(foreign?.stdout).toMatch(/quarantine +Contradicted: EC2 says otherwise/);
    expect(foreign?.stdout).toMatch(/clock jumps \d+ min to the wall clock/);
    expect(foreign?.stdout).toContain('stays up until Ctrl-C');
    expect(foreign?.status).toBe(0);
  });

  it('tells how to point kubectl, the AWS CLI and boto3 at it, TestState included', () => {
    const told = foreign?.stdout.slice(foreign.stdout.indexOf('stays up until Ctrl-C')) ?? '';
    const port = /AWS_ENDPOINT_URL=\S+:(\d+)/.exec(told)?.[1];
    expect(told).toContain(`kubectl --kubeconfig '${join(root, '.sandbox', `kubeconfig-${port}`)}'`);
    expect(told).toMatch(/export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+ .*AWS_DISABLE_HOST_PREFIX_INJECTION=true/);
    expect(told).toContain('aws events put-events');
    expect(told).toContain(`aws --endpoint-url http://127.0.0.1:${port} sqs list-queues`);
    expect(told).toContain('boto3.client("stepfunctions")');
  });

  it('ends 1 when executions failed, and says what they lacked', () => {
    expect(failing?.status).toBe(1);
    const { outcome, executions, timeline } = resultOf(failing as Ended);
    expect(outcome).toBe('AccessDeniedError');
    // The warning starts one, and the end of the instance another.
    expect(executions).toHaveLength(2);
    for (const { workflow, status, reasons } of executions) {
      expect({ workflow, status }).toEqual({ workflow: 'node-replacement', status: 'FAILED' });
      expect(JSON.stringify(reasons)).toContain('create pods/eviction');
    }
    expect(timeline.map(({ what }) => what).join('\n')).toContain('create pods/eviction');
  });
});

describe('npm start that stays up', () => {
  const kubeconfigIn = (text: string) => /--kubeconfig '(.*?)'/.exec(text)?.[1] ?? '';
  const hints = /stays up until Ctrl-C[\s\S]*npm start -- --help/;
  const quiet = file('quiet.json', JSON.stringify({ source: 'test', 'detail-type': 'nothing to do' }));

  it('has a kubeconfig of its own with a user for each cluster, beside another one, and takes it away when it ends', async () => {
    const world = file('two.yaml', 'clusters: [{ name: demo }, { name: other }]');
    const [one, two] = [run('--drill', quiet, '--world', world), run('--drill', quiet)];
    const [first, second] = (await Promise.all([one.said(hints), two.said(hints)])).map(kubeconfigIn);
    const { users, contexts } = JSON.parse(readFileSync(first ?? '', 'utf8')) as Record<string, { name: string }[]>;
    expect(contexts?.map(({ name }) => name)).toEqual(['demo', 'other']);
    expect(users?.map(({ name }) => name)).toEqual(['demo-admin', 'other-admin']);
    expect((await one.interrupt()).status).toBe(0);
    expect([first, second].map((path) => existsSync(path ?? ''))).toEqual([false, true]);
    expect((await two.interrupt()).status).toBe(0);
    expect(existsSync(second ?? '')).toBe(false);
  });

  it('interrupts a Spot instance when somebody asks, and says which it cannot', async () => {
    const running = run('--drill', quiet);
    const told = await running.said(hints);
    const [, spot = ''] = /npm run interrupt -- (i-\w+)/.exec(told) ?? [];
    const [, port = ''] = /AWS_ENDPOINT_URL=\S+:(\d+)/.exec(told) ?? [];
    expect(await interrupt('i-0', '--port', port)).toMatchObject({ status: 2, stderr: expect.stringContaining('i-0') });
    expect(await interrupt(spot, '--port', port)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('playing'),
    });
    const [url = ''] = /http:\S+\/rebalance-recommendation\/i-\w+/.exec(told) ?? [];
    expect((await fetch(url)).status).toBe(404);
    await running.said(/Rebalance Recommendation[\s\S]*Interruption Warning: terminate[\s\S]*Workflow Started/);
    expect((await running.interrupt()).status).toBe(0);
    expect(await interrupt(spot, '--port', port)).toMatchObject({ status: 2, stderr: expect.stringContaining('npm') });
  });

  it('ends at once when it is interrupted during the drill, and leaves no kubeconfig', async () => {
    const running = run('--clock', 'real');
    const path = kubeconfigIn(await running.said(/--kubeconfig[\s\S]*cordoned/));
    expect(existsSync(path)).toBe(true);
    const { status, stdout } = await running.interrupt();
    expect(status).toBe(130);
    expect(stdout).not.toContain('Workflow Finished');
    expect(existsSync(path)).toBe(false);
  });

  it('folds the looks of a long wait into one line that says what it waits for', async () => {
    const { stdout } = await start('--once', '--drill', 'rebalance-recommendation');
    expect(stdout).toMatch(/still waiting, \d+ looks in 30 min: pod shop\/license-server\S*: a PodDisruptionBudget/);
    expect(stdout.match(/ Drain nodes$/gm)).toHaveLength(2);
  });

  it('takes another steward.yaml, with every option of a deployment', async () => {
    const config = file(
      'mine.yaml',
      [
        'clusters: { demo: { node-replacement: { spot-interruption: { action: notify } } } }',
        'deployment:',
        '  permissions-boundary: arn:aws:iam::000000000000:policy/boundary',
        '  key: arn:aws:kms:us-east-1:000000000000:key/0123abcd-12ab-34cd-56ef-0123456789ab',
      ].join('\n'),
    );
    const { executions } = resultOf(await start('--once', '--json', '--config', config));
    expect(JSON.stringify(executions)).toContain('PolicyNotifies');
  });
});

describe('npm start is refused, in one line and before anything begins, with', () => {
  const missing = join(folder, 'nothing.json');
  const notJson = file('broken.json', '{ "source": "aws.ec2",\n');
  const noType = file('no-type.json', JSON.stringify([warning('i-0123456789abcdef0'), { source: 'aws.ec2' }]));
  const notYaml = file('broken.yaml', 'clusters: [\n  name: {');
  const world = file(
    'world.yaml',
    'clusters: [{ name: demo }]\ngroups: [{ name: g, cluster: demo, desired: many, max: 2 }]',
  );

  const twice = file('twice.yaml', 'clusters: [{ name: demo }, { name: demo }]');
  const stray = file('stray.yaml', 'clusters: [{ name: demo }]\nmanifests: { dmo: [] }');
  const bigger = file('bigger.yaml', 'clusters: { demo: , elsewhere: }');
  const demo = join(root, 'sandbox', 'worlds', 'demo.yaml');

  it.each([
    ['a configuration with a cluster that the world lacks', ['--config', bigger], [bigger, demo, "'elsewhere'"]],
    ['a configuration that is not there', ['--config', missing], [missing]],
    ['a configuration that is not YAML', ['--config', notYaml], [notYaml, 'line 2']],
    ['an unknown flag', ['--speed', '9'], ['--speed']],
    ['a word that is no flag', ['spot-interruption'], ['spot-interruption']],
    ['a flag without its value', ['--seed'], ['--seed']],
    ['an unknown drill', ['--drill', 'earthquake'], ['--drill', "'earthquake'", 'spot-interruption']],
    ['a drill file that is not there', ['--drill', missing], [missing]],
    ['a drill file that is not JSON', ['--drill', notJson], [notJson]],
    ['a drill file with an event that has no type', ['--drill', noType], [noType, '1.detail-type']],
    ['a world file that is not there', ['--world', join(folder, 'no.yaml')], [join(folder, 'no.yaml')]],
    ['a world file that is not YAML', ['--world', notYaml], [notYaml, 'line 2']],
    ['a world file with a wrong value', ['--world', world], [world, 'groups.0.desired']],
    ['a world file with a cluster twice', ['--world', twice], [twice, "'demo'"]],
    ['a world file with manifests of no cluster', ['--world', stray], [stray, "'dmo'"]],
    ['a port that is no number', ['--port', 'http'], ['--port', "'http'"]],
    ['a port that no machine has', ['--port', '70000'], ['--port', "'70000'"]],
    ['a clock that is not there', ['--clock', 'fast'], ['--clock', "'fast'", 'real', 'skip']],
    ['a seed that is no number', ['--seed', 'x'], ['--seed', "'x'"]],
    ['acts of no history', ['--acts', '1'], ['--acts', '--replay']],
    ['an unknown weather', ['--weather', 'fog'], ['--weather', "'fog'", 'calm, rough, storm']],
    ['an unknown kind of weather', ['--weather', 'rough:rain'], ['--weather', "'rain'", 'kubernetes']],
  ])('%s', async (_, flags, names) => {
    const { status, stdout, stderr } = await start('--once', ...flags);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    for (const name of names) expect(stderr).toContain(name);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('a port that somebody else has', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, stdout, stderr } = await start('--once', '--port', String(port));
    other.close();
    expect(stderr).toBe(`npm start: port ${port} is in use; --port and --token-reviews take others\n`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
