import { afterAll, beforeAll } from '@jest/globals';
import { describeApplications } from '../sandbox/kubernetes/api-suite/applications.ts';
import { describeDecoding } from '../sandbox/kubernetes/api-suite/decoding.ts';
import { describeDiscovery } from '../sandbox/kubernetes/api-suite/discovery.ts';
import { describeEvents } from '../sandbox/kubernetes/api-suite/events.ts';
import { describeEvictions } from '../sandbox/kubernetes/api-suite/evictions.ts';
import { describeLists } from '../sandbox/kubernetes/api-suite/lists.ts';
import { describeNodes } from '../sandbox/kubernetes/api-suite/nodes.ts';
import { describeObjects } from '../sandbox/kubernetes/api-suite/objects.ts';
import { describeOwnership } from '../sandbox/kubernetes/api-suite/ownership.ts';
import { describeParameters } from '../sandbox/kubernetes/api-suite/parameters.ts';
import { describePatches } from '../sandbox/kubernetes/api-suite/patches.ts';
import { describeRights } from '../sandbox/kubernetes/api-suite/rights.ts';
import { describeWorkloads } from '../sandbox/kubernetes/api-suite/workloads.ts';
import type { Target } from '../sandbox/kubernetes/target.ts';
import { adminClient } from './admin-client.ts';
import { controlPlaneBinaries } from './binaries.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { kwokNode } from './kwok-node.ts';

let plane: ControlPlane | undefined;

beforeAll(async () => {
  plane = await startControlPlane({ binaries: await controlPlaneBinaries(console.log) });
}, 120_000);

afterAll(async () => {
  await plane?.stop();
});

/** The same suite as the sandbox's own API server passes, on a real one. */
function target(): Target {
  if (!plane) throw new Error('the control plane has not been started');
  const client = adminClient(plane);
  return {
    ...client.target,
    addNode: async (name) => void (await client.post('/api/v1/nodes', kwokNode(name))),
    removeNode: async (name) => void (await client.delete(`/api/v1/nodes/${name}`)),
  };
}

describeDiscovery(target);
describeObjects(target);
describePatches(target);
describeLists(target);
describeEvictions(target);
describeNodes(target);
describeWorkloads(target);
describeApplications(target);
describeDecoding(target);
describeOwnership(target);
describeParameters(target);
describeRights(target);
describeEvents(target);
