import { describeApplications } from './api-suite/applications.ts';
import { describeDecoding } from './api-suite/decoding.ts';
import { describeDiscovery } from './api-suite/discovery.ts';
import { describeEvictions } from './api-suite/evictions.ts';
import { describeLists } from './api-suite/lists.ts';
import { describeNodes } from './api-suite/nodes.ts';
import { describeObjects } from './api-suite/objects.ts';
import { describeOwnership } from './api-suite/ownership.ts';
import { describeParameters } from './api-suite/parameters.ts';
import { describePatches } from './api-suite/patches.ts';
import { describeRights } from './api-suite/rights.ts';
import { describeWorkloads } from './api-suite/workloads.ts';
import { withCluster } from './sandbox-cluster.ts';

const target = withCluster();

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
