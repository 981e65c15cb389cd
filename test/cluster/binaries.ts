import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const here = import.meta.dirname;

/** What go.mod pins; `/version` of the API server and of kubectl must say it, so it is linked into them. */
const kubernetes = { minor: '36', version: 'v1.36.2' };
const goNeeded = [1, 26] as const;

const versionFlags = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=${kubernetes.version}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  `-X k8s.io/component-base/version.gitMinor=${kubernetes.minor}`,
].join(' ');

const commands = 'k8s.io/kubernetes/cmd';
/** What one `go build` makes. Etcd's root package is its command, and its binary would be called like its module. */
const builds: readonly { readonly names: readonly string[]; readonly args: readonly string[] }[] = [
  {
    names: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'],
    args: [
      '-ldflags',
      versionFlags,
      ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'].map(
        (name) => `${commands}/${name}`,
      ),
    ],
  },
  { names: ['etcd'], args: ['go.etcd.io/etcd/server/v3'] },
  { names: ['kwok'], args: ['sigs.k8s.io/kwok/cmd/kwok'] },
];

/** Stages of kwok's own that nodes and pods here go through; the others are in `stages/`. */
const stages = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'pod/fast/pod-ready.yaml',
];

/** A folder with the binaries of a control plane, and kwok's own stages under `stages`. */
export interface Binaries {
  readonly path: (name: string) => string;
  readonly stages: string;
}

/**
 * The binaries of kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, etcd and kwok, built from Go modules once
 * for each set of versions into a cache folder outside the tree.
 *
 * @throws Error that says how to get Go when it is missing or too old
 */
export async function controlPlaneBinaries(say: (line: string) => void): Promise<Binaries> {
  const folder = join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'eks-steward',
    `control-plane-${key()}`,
  );
  const binaries: Binaries = { path: (name) => join(folder, name), stages: join(folder, 'stages') };
  if (existsSync(folder)) return binaries;
  checkGo();
  say(`building Kubernetes ${kubernetes.version}, etcd and kwok into ${folder}: some five minutes on two cores, once`);
  mkdirSync(dirname(folder), { recursive: true });
  const building = mkdtempSync(`${folder}-building-`);
  for (const { names, args } of builds) await build(building, names, args, say);
  // Modules are read-only in their cache.
  const kwok = goOutput(['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok']);
  for (const stage of stages)
    cpSync(join(kwok, 'kustomize', 'stage', stage), join(building, 'stages', stage.split('/').at(-1) ?? ''));
  try {
    renameSync(building, folder);
  } catch (error) {
    // Somebody else has built it meanwhile.
    if (!existsSync(folder)) throw error;
    rmSync(building, { recursive: true });
  }
  return binaries;
}

function key(): string {
  const modules = ['go.mod', 'go.sum'].map((name) => readFileSync(join(here, name), 'utf8'));
  const parts = [...modules, JSON.stringify(builds), ...stages];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

function checkGo(): void {
  const found = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(found.stdout ?? '') ?? [];
  if (Number(major) > goNeeded[0] || (Number(major) === goNeeded[0] && Number(minor) >= goNeeded[1])) return;
  const have = major === undefined ? 'there is no Go here' : `this is Go ${major}.${minor}`;
  throw new Error(
    `The control plane is built with Go ${goNeeded.join('.')} or newer, and ${have}. Get it from https://go.dev/dl/ or your ` +
      'package manager, put `go` on the PATH, and run this again. `npm test` needs no Go.',
  );
}

const goEnvironment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local' };

async function build(
  folder: string,
  names: readonly string[],
  args: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const began = performance.now();
  const what = names.join(', ');
  const seconds = () => Math.round((performance.now() - began) / 1_000);
  const progress = setInterval(() => say(`  still building ${what}: ${seconds()} s`), 30_000);
  const output = names.length === 1 ? join(folder, names[0] ?? '') : `${folder}/`;
  const child = spawn('go', ['build', '-o', output, ...args], {
    cwd: here,
    env: goEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    await ended(child, what);
  } finally {
    clearInterval(progress);
  }
  say(`  built ${what} in ${seconds()} s`);
}

function ended(child: ChildProcess, what: string): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4_000);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`go build of ${what} ended with ${code}:\n${errors}`)),
    );
  });
}

function goOutput(args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync('go', [...args], { cwd: here, env: goEnvironment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`go ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}
