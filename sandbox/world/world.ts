import { Groups } from '../services/autoscaling/groups.ts';
import { rebalanceCapacity } from '../services/autoscaling/rebalance-capacity.ts';
import { autoScalingService } from '../services/autoscaling/service.ts';
import { Fleet } from '../services/ec2/fleet.ts';
import { LaunchTemplates } from '../services/ec2/launch-templates.ts';
import { ec2Service } from '../services/ec2/service.ts';
import { Spot } from '../services/ec2/spot.ts';
import { SpotRequests } from '../services/ec2/spot-requests.ts';
import { Clusters } from '../services/eks/clusters.ts';
import { eksService } from '../services/eks/service.ts';
import { begin } from './begin.ts';
import { Changes } from './changes.ts';
import type { World, WorldParts } from './contract.ts';
import { nodegroupMaker } from './managed-nodegroups.ts';
import { Networks } from './networks.ts';
import { Nodes } from './nodes/nodes.ts';
import { Past, type View, type ViewOf } from './past.ts';
import type { WorldFile } from './world-file.ts';

export type { World } from './contract.ts';

/** EC2, Auto Scaling, EKS and the nodes of its clusters; `open` begins them as the file says. */
export function createWorld(parts: WorldParts, file: WorldFile): World {
  const { clock, random, emit, manifests = [] } = parts;
  const networks = new Networks(file.networks);
  const changes = new Changes();
  const { tell } = changes;
  const fleet = new Fleet({ clock, random, emit });
  const requests = new SpotRequests(clock, fleet);
  const spot = new Spot({ clock, fleet, requests, emit });
  const templates = new LaunchTemplates(clock, random);
  const groups = new Groups({ clock, random, emit, fleet, tell });
  rebalanceCapacity(groups, { spot, clock });
  const clusters = new Clusters({ ...parts, tell });
  const nodes = new Nodes({ clock, fleet, clusters: clusters.active, tell });
  const now = () => clock.now();
  const viewOf = viewsOf(parts, { fleet, groups });
  return {
    services: [
      ec2Service({ fleet, templates, networks, requests, viewOf }),
      autoScalingService({ groups, templates, now, viewOf }),
      eksService(clusters, nodegroupMaker({ clock, random, templates, groups }), now),
    ],
    clusters: clusters.active,
    networks,
    fleet,
    groups,
    endpoints: () => clusters.all().map(({ api, ...rest }) => ({ ...rest, url: api.url })),
    interruptSpot: (instanceId, { action } = {}) => spot.interrupt(instanceId, action),
    experimentOnSpot: (instanceId, before) => spot.experiment(instanceId, before),
    recommendRebalance: (instanceId) => spot.recommend(instanceId),
    failLaunches: (group, failure) => groups.failLaunches(group, failure),
    listeners: (onChange) => changes.listen(onChange),
    open: async () => await begin({ clock, fleet, templates, groups, clusters, networks, nodes, manifests }, file),
    settled: () =>
      fleet.moving() + requests.evaluating + spot.pending === 0 &&
      groups.settled() &&
      nodes.booting === 0 &&
      clusters.settled(),
    async close() {
      for (const each of [fleet, requests, spot, groups]) each.close();
      await clusters.close();
    },
  };
}

/** Reads show the present unless the weather makes them lag behind; then the past is kept. */
function viewsOf({ clock, lag }: WorldParts, now: View): ViewOf {
  return lag ? new Past({ clock, now, lag }).viewOf : () => now;
}
