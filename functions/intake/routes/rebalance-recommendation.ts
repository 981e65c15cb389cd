import * as z from 'zod';
import { eventRules } from '../contract.ts';
import { ended, instanceId, instanceRoute } from './instance-route.ts';

export const rebalanceRecommendation = instanceRoute({
  rule: eventRules.rebalanceRecommendation,
  detail: z.looseObject({ 'instance-id': instanceId }),
  judge: (_, { state, spot }) => {
    if (!spot) return { contradiction: 'the instance is not a Spot instance' };
    if (ended.includes(state)) return { gone: state };
    return { cause: 'RebalanceRecommendation', interrupted: false, endsAt: null };
  },
});
