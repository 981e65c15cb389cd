import { fnv } from '../api/context.ts';
import type { ImageBehaviour } from '../contract.ts';
import { conditionOf, withCondition } from '../controllers/pods.ts';
import type { Condition, ContainerStatus, Pod, PodStatus } from '../types/objects.ts';

export interface Running {
  readonly pod: Pod;
  readonly hostIP: string;
  readonly podIP: string;
  /** RFC 3339. */
  readonly now: string;
  /** What goes wrong, if anything. */
  readonly outcome: NonNullable<ImageBehaviour['outcome']>;
  digest(image: string): string;
}

function condition(type: string, status: boolean, reason?: string, message?: string): Condition {
  return { type, status: status ? 'True' : 'False', lastProbeTime: null, ...(reason ? { reason, message } : {}) };
}

/** `repository@digest`, as containerd reports the image that runs. */
function imageId(image: string, digest: string): string {
  const repository = image.split('@')[0]?.replace(/:[^:/]+$/, '') ?? image;
  return `${repository}@${image.includes('@') ? image.split('@')[1] : digest}`;
}

/** A digest for images of which nothing is known: the same image always gives the same. */
export function inventedDigest(image: string): string {
  const part = (salt: number) => fnv(`${salt}${image}`).toString(16).padStart(8, '0');
  return `sha256:${Array.from({ length: 8 }, (_, salt) => part(salt)).join('')}`;
}

function stateOf({ outcome, now }: Running): ContainerStatus['state'] {
  if (outcome === 'crash-loops') {
    const message = 'back-off 10s restarting failed container';
    return { waiting: { reason: 'CrashLoopBackOff', message } };
  }
  if (outcome === 'not-found') return { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } };
  return { running: { startedAt: now } };
}

/** A container that the kubelet does not find any more is started again; it ended with 255 for all that is known (pkg/kubelet/kuberuntime). */
function history({ pod, outcome }: Running, name: string): Pick<ContainerStatus, 'lastState' | 'restartCount'> {
  const before = pod.status.containerStatuses?.find((status) => status.name === name);
  if (outcome === 'crash-loops')
    return {
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      restartCount: (before?.restartCount ?? 0) + 1,
    };
  if (!before) return { lastState: {}, restartCount: 0 };
  return { lastState: { terminated: { exitCode: 255, reason: 'Unknown' } }, restartCount: before.restartCount + 1 };
}

function containerStatuses(running: Running): ContainerStatus[] {
  const { pod, outcome } = running;
  return pod.spec.containers.map(({ name, image = '' }) => ({
    name,
    state: stateOf(running),
    ...history(running, name),
    ready: outcome === 'runs',
    image,
    imageID: outcome === 'not-found' ? '' : imageId(image, running.digest(image)),
    started: outcome === 'runs' || outcome === 'never-ready',
    ...(outcome === 'not-found'
      ? {}
      : { containerID: `containerd://${inventedDigest(pod.metadata.uid + name).slice(7)}` }),
  }));
}

function gatesOpen({ spec, status }: Pod): boolean {
  return (spec.readinessGates ?? []).every(
    ({ conditionType }) => conditionOf(status.conditions, conditionType)?.status === 'True',
  );
}

/** The status of a pod whose containers have been started, or whose start went wrong. */
export function startedStatus(running: Running): PodStatus {
  const { pod, hostIP, podIP, now, outcome } = running;
  const unready = `containers with unready status: [${pod.spec.containers.map(({ name }) => name).join(' ')}]`;
  const runs = outcome === 'runs';
  const ready = runs && gatesOpen(pod);
  const why = runs
    ? ['ReadinessGatesNotReady', 'corresponding condition of pod readiness gate does not exist.']
    : ['ContainersNotReady', unready];
  const set = [
    condition('PodReadyToStartContainers', true),
    condition('Initialized', true),
    runs ? condition('ContainersReady', true) : condition('ContainersReady', false, 'ContainersNotReady', unready),
    ready ? condition('Ready', true) : condition('Ready', false, why[0], why[1]),
  ];
  return {
    ...pod.status,
    phase: outcome === 'not-found' ? 'Pending' : 'Running',
    conditions: set.reduce<readonly Condition[]>(
      (list, item) => withCondition(list, item, now),
      pod.status.conditions ?? [],
    ),
    containerStatuses: containerStatuses(running),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: pod.status.startTime ?? now,
    observedGeneration: pod.metadata.generation,
  };
}

/** Whether the pod has debug containers that have not been started. */
export function lacksDebug({ spec, status }: Pod): boolean {
  return (spec.ephemeralContainers?.length ?? 0) > (status.ephemeralContainerStatuses?.length ?? 0);
}

/** The status of a pod whose debug containers have been started; they never count for its readiness. */
export function withDebugStatus({ metadata, spec, status }: Pod, now: string): PodStatus {
  const known = status.ephemeralContainerStatuses ?? [];
  const added = (spec.ephemeralContainers ?? []).slice(known.length).map(({ name, image = '' }) => ({
    name,
    state: { running: { startedAt: now } },
    lastState: {},
    ready: false,
    restartCount: 0,
    image,
    imageID: imageId(image, inventedDigest(image)),
    containerID: `containerd://${inventedDigest(metadata.uid + name).slice(7)}`,
  }));
  return { ...status, ephemeralContainerStatuses: [...known, ...added] };
}

/** The status of a pod whose containers have ended by themselves. */
export function endedStatus(pod: Pod, now: string, failed: boolean): PodStatus {
  const reason = failed ? 'Error' : 'Completed';
  const words = failed ? 'PodFailed' : 'PodCompleted';
  const set = [condition('ContainersReady', false, words), condition('Ready', false, words)];
  return {
    ...pod.status,
    phase: failed ? 'Failed' : 'Succeeded',
    conditions: set.reduce<readonly Condition[]>(
      (list, item) => withCondition(list, item, now),
      pod.status.conditions ?? [],
    ),
    containerStatuses: (pod.status.containerStatuses ?? []).map((status) => ({
      ...status,
      ready: false,
      started: false,
      state: { terminated: { exitCode: failed ? 1 : 0, reason, finishedAt: now } },
    })),
  };
}
