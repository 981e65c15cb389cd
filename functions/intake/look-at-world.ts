import type { Case } from '../../shared/domain/case.ts';
import { type Subject, subjectOf } from '../../shared/domain/subject.ts';
import type { Ports } from './ports.ts';
import type { Routed, World } from './route.ts';

/** Asks EC2 and the cases about every instance of the events, in one call each; the rest is asked when a route wants it. */
export async function lookAtWorld(ports: Ports, events: readonly Routed[]): Promise<World> {
  const ids = [...new Set(events.flatMap(({ route, event }) => route.instances(event.detail)))];
  const [facts, cases] = await Promise.all([
    ports.instances.describe(ids),
    ids.length > 0 ? ports.cases.read(ids.map((id) => subjectOf('instance', id))) : new Map<Subject, Case>(),
  ]);
  return {
    now: ports.clock.now(),
    clusters: ports.clusters,
    cellOf: ports.cellOf,
    instance: (id) => facts.get(id),
    case: (subject) => cases.get(subject),
    machine: (arn) => ports.machines.of(arn),
    work: async (workflow, execution) => {
      const scope = await ports.journal(workflow).scopeOf(execution);
      if (!scope) return undefined;
      const known = await ports.cases.read(scope.subjects);
      const held = [...known.values()].some(({ state, holder }) => state === 'Open' && holder === execution);
      return { scope, held };
    },
    look: (machineArn, execution) => ports.executions.look(machineArn, execution),
  };
}
