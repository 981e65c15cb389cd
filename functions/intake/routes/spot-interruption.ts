import * as z from 'zod';
import { eventRules } from '../contract.ts';
import { instanceId, instanceRoute } from './instance-route.ts';

/** EC2 gives two minutes' notice, and none before it hibernates (EC2 user guide, spot-instance-termination-notices). */
const notice = 120_000;
/** An instance is gone minutes after its warning; one that still runs was spared, or it was stopped and is back. Milliseconds. */
const sparedAfter = 300_000;

export const spotInterruption = instanceRoute({
  rule: eventRules.spotInterruption,
  detail: z.looseObject({ 'instance-id': instanceId, 'instance-action': z.enum(['terminate', 'stop', 'hibernate']) }),
  judge: ({ detail, time }, { state, spot }, now) => {
    const minutes = Math.floor((now - time) / 60_000);
    if (state === 'running' && now > time + notice + sparedAfter)
      return { contradiction: `the warning is ${minutes} minutes old, EC2 says 'running'` };
    if (!spot) return { contradiction: 'the instance is not a Spot instance' };
    if (state === 'terminated') return { gone: state };
    const endsAt = time + (detail['instance-action'] === 'hibernate' ? 0 : notice);
    return { cause: 'SpotInterruption', interrupted: true, endsAt };
  },
});
