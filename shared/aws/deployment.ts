import { type EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns';
import { asTask } from '../runtime/aws-errors.ts';

interface RuleFacts {
  readonly name: string;
  readonly state: 'Enabled' | 'Disabled' | 'Missing';
}

/** What belongs to this deployment beside its functions. Every method throws the TaskErrors of shared/runtime/errors.ts. */
export interface Deployment {
  /** Our rules on the default bus, each by its name: another deployment's names may begin as ours do. */
  rules(): Promise<readonly RuleFacts[]>;
  /** Whom alarms reach: subscriptions of the topic that were confirmed. */
  receivers(): Promise<readonly string[]>;
}

/**
 * @param prefix what our rules' names begin with, so that fewer of others are listed
 * @param rules the names of our rules
 */
export function awsDeployment(
  clients: { readonly events: EventBridgeClient; readonly sns: SNSClient },
  {
    prefix,
    rules,
    alarmTopic,
  }: { readonly prefix: string; readonly rules: readonly string[]; readonly alarmTopic: string },
  signal?: AbortSignal,
): Deployment {
  const options = signal && { abortSignal: signal };
  return {
    async rules() {
      return await asTask('list rules', async () => {
        const states = new Map<string, RuleFacts['state']>();
        let token: string | undefined;
        // The SDK has no paginator for it.
        do {
          const page = { NamePrefix: `${prefix}-`, ...(token !== undefined && { NextToken: token }) };
          const { Rules = [], NextToken } = await clients.events.send(new ListRulesCommand(page), options);
          for (const { Name = '', State } of Rules) states.set(Name, State === 'DISABLED' ? 'Disabled' : 'Enabled');
          token = NextToken;
        } while (token);
        return rules.map((name) => ({ name, state: states.get(name) ?? 'Missing' }));
      });
    },

    async receivers() {
      return await asTask('list the subscriptions of the alarm topic', async () => {
        const found: string[] = [];
        const pages = paginateListSubscriptionsByTopic({ client: clients.sns }, { TopicArn: alarmTopic }, options);
        // Until somebody confirms, the ARN is `PendingConfirmation` (SNS API reference, Subscribe).
        for await (const { Subscriptions = [] } of pages)
          for (const { SubscriptionArn = '', Endpoint = '' } of Subscriptions)
            if (SubscriptionArn.startsWith('arn:')) found.push(Endpoint);
        return found;
      });
    },
  };
}
