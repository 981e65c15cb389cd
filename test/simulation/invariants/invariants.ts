import type { Invariant } from '../contract.ts';
import { emptiedNodesAreFinished, voluntaryWorkIsBounded } from './batches.ts';
import { historiesAreBounded, historiesHoldNoSecret } from './bounds.ts';
import { oneDrainANode, onlyDeadlinesForce, onlySubjectsAreDrained, podsAreNotHunted } from './drains.ts';
import { onlyOursAreEnded } from './endings.ts';
import { casesAreClosed, leasesAreGivenBack, messagesAreHandled, nodesAreLeftAsTheyWere } from './leftovers.ts';
import { changesLeaveALine, drainsKeepTheirTime, toldToWaitMeansWait } from './manners.ts';
import { reportsAreTrue } from './reports.ts';
import { forcedRunsEndInTime, mistakesWakeNobody, pausedMeansPaused, runsEndWithAReport } from './runs.ts';
import { sizesAreTheirOwners } from './sizes.ts';
import { warnedNodesAreCordoned, warnedNodesStayCordoned, warningsAreHeardAtOnce } from './warnings.ts';

/** Every rule that is checked in every history. */
export const invariants: readonly Invariant[] = [
  onlySubjectsAreDrained,
  onlyDeadlinesForce,
  podsAreNotHunted,
  oneDrainANode,
  voluntaryWorkIsBounded,
  emptiedNodesAreFinished,
  onlyOursAreEnded,
  warnedNodesAreCordoned,
  warningsAreHeardAtOnce,
  warnedNodesStayCordoned,
  sizesAreTheirOwners,
  nodesAreLeftAsTheyWere,
  casesAreClosed,
  leasesAreGivenBack,
  messagesAreHandled,
  runsEndWithAReport,
  forcedRunsEndInTime,
  reportsAreTrue,
  drainsKeepTheirTime,
  toldToWaitMeansWait,
  changesLeaveALine,
  pausedMeansPaused,
  mistakesWakeNobody,
  historiesAreBounded,
  historiesHoldNoSecret,
];
