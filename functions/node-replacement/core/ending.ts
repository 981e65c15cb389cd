import { plural } from '../../../shared/domain/plural.ts';
import { because, type Outcome, type Reason, type Target } from '../contract.ts';

export interface EndState {
  readonly now: number;
  /** When the first instance was ended, or was found ended. Epoch milliseconds. */
  readonly endedAt: number;
  readonly targets: readonly Target[];
  /** Instances that their group still lists. */
  readonly listed: ReadonlySet<string>;
  readonly nodesLeft: readonly string[];
  /** For each group, how many new nodes are still to become Ready. */
  readonly replacements: readonly { readonly group: string; readonly missing: number }[];
  /** How long after that a replacement may take. Milliseconds; 0 means the default below. */
  readonly timeout: number;
}

export interface Ending {
  readonly status: 'Done' | 'Waiting';
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
}

/** An instance takes a minute or two to boot and join; after ten something is wrong, and somebody should look. */
const defaultTimeout = 600_000;

/** `Replaced` when the old instances and nodes are gone and as many new nodes are Ready; `Drained` when time ran out before. */
export function endingOf(state: EndState): Ending {
  const reasons: Reason[] = [
    ...state.targets
      .filter(({ instanceId }) => state.listed.has(instanceId))
      .map(({ instanceId }) => because('ReplacementPending', instanceId, 'the old instance is still ending')),
    ...state.nodesLeft.map((name) => because('NodeLeft', name)),
    ...state.replacements
      .filter(({ missing }) => missing > 0)
      .map(({ group, missing }) =>
        because('ReplacementPending', group, `${plural(missing, 'new node')} still to become Ready`),
      ),
  ];
  if (reasons.length === 0) {
    const grouped = state.targets.some(({ group }) => group !== null);
    return { status: 'Done', outcome: grouped ? 'Replaced' : 'Drained', reasons };
  }
  const late = state.now - state.endedAt > (state.timeout || defaultTimeout);
  return { status: late ? 'Done' : 'Waiting', outcome: 'Drained', reasons };
}
