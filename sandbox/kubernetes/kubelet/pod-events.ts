import type { ImageBehaviour } from '../contract.ts';
import type { NewEvent, Recorder } from '../controllers/recorder.ts';
import type { Container, Pod } from '../types/objects.ts';

/** Seconds that the pull of an image takes. */
type PullTime = (image: string) => number;

/** What a kubelet says about its pods. Source of the words: pkg/kubelet/images/image_manager.go, kuberuntime/kuberuntime_container.go. */
export class PodEvents {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** The images that are not on the machine are on their way. */
  pulling(pod: Pod, seconds: PullTime): void {
    for (const container of pod.spec.containers)
      if (seconds(container.image ?? '') > 0)
        this.#tell(pod, container, 'Pulling', `Pulling image "${container.image}"`);
  }

  /** The containers have been started, or their start went wrong. */
  started(pod: Pod, outcome: ImageBehaviour['outcome'], seconds: PullTime): void {
    for (const container of pod.spec.containers) {
      if (outcome === 'not-found') {
        this.#tell(pod, container, 'Failed', `Failed to pull image "${container.image}": not found`, 'Warning');
        continue;
      }
      this.#tell(pod, container, 'Pulled', pulled(container.image ?? '', seconds(container.image ?? '')));
      this.#tell(pod, container, 'Created', 'Container created');
      this.#tell(pod, container, 'Started', 'Container started');
      if (outcome !== 'crash-loops') continue;
      const { name, namespace } = pod.metadata;
      const message = `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}`;
      this.#tell(pod, container, 'BackOff', message, 'Warning');
    }
  }

  killing(pod: Pod): void {
    for (const container of pod.spec.containers)
      this.#tell(pod, container, 'Killing', `Stopping container ${container.name}`);
  }

  #tell(pod: Pod, { name }: Container, reason: string, message: string, type: NewEvent['type'] = 'Normal'): void {
    const host = pod.spec.nodeName ?? '';
    const fieldPath = `spec.containers{${name}}`;
    this.#recorder.record(pod, { type, reason, message, component: 'kubelet', host, fieldPath });
  }
}

/** Nothing is pulled here, so an image has no size. */
function pulled(image: string, seconds: number): string {
  if (seconds === 0) return `Container image "${image}" already present on machine and can be accessed by the pod`;
  return `Successfully pulled image "${image}" in ${seconds}s (${seconds}s including waiting). Image size: 0 bytes.`;
}
