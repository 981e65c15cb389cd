import type { Route } from './route.ts';
import { checkDue } from './routes/check-due.ts';
import { executionEnded } from './routes/execution-ended.ts';
import { instanceStateChange } from './routes/instance-state-change.ts';
import { rebalanceRecommendation } from './routes/rebalance-recommendation.ts';
import { spotInterruption } from './routes/spot-interruption.ts';

/** Every event that we subscribe to, and what it means. */
export const routes: readonly Route[] = [
  spotInterruption,
  rebalanceRecommendation,
  instanceStateChange,
  executionEnded,
  checkDue,
];
