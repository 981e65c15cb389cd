import * as z from 'zod';
import { eventRules } from '../contract.ts';
import { ended, instanceId, instanceRoute } from './instance-route.ts';

/** What is left of an instance that is being stopped without notice; systemd's default stop timeout is 90 s. Milliseconds. */
const stopping = 60_000;

export const instanceStateChange = instanceRoute({
  rule: eventRules.instanceStateChange,
  detail: z.looseObject({
    'instance-id': instanceId,
    state: z.enum(['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated']),
  }),
  judge: ({ detail, time }, { state }) => {
    // Forged or confused: what it claims cannot be, whatever the order of events.
    if (ended.includes(detail.state) && state === 'running')
      return { contradiction: `the event says '${detail.state}', EC2 says 'running'` };
    if (state === 'terminated') return { gone: state };
    if (detail.state !== 'stopping' && detail.state !== 'shutting-down') return { gone: detail.state };
    return { cause: 'InstanceStopping', interrupted: true, endsAt: time + stopping };
  },
});
