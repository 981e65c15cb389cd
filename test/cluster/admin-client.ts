import { ApiClient } from '../sandbox/kubernetes/target.ts';
import type { ControlPlane } from './control-plane.ts';

const none = async () => undefined;

/** Plain calls to a control plane as an administrator. */
export function adminClient({ url, caPem, adminToken }: ControlPlane): ApiClient {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
  return new ApiClient({ url, ca: caPem, adminToken, pause, addNode: none, removeNode: none });
}
