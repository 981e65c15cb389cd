import { arnOf } from '../../aws/arn.ts';
import { AwsError, notImplemented } from '../../aws/contract.ts';

/** https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#send-spot-instance-interruptions */
const spotAction = 'aws:ec2:send-spot-instance-interruptions';
export const spotResource = 'aws:ec2:spot-instance';
/** The name that the action gives its target: https://docs.aws.amazon.com/fis/latest/userguide/fis-tutorial-spot-interruptions.html */
export const spotTarget = 'SpotInstances';
export const durationParameter = 'durationBeforeInterruption';

export function actionArn(id: string): string {
  return arnOf('fis', `action/${id}`);
}

const summary = {
  id: spotAction,
  arn: actionArn(spotAction),
  description: 'Send interruptions to the specified Spot Instances.',
  targets: { [spotTarget]: { resourceType: spotResource } },
  tags: {},
};

/** The actions that experiments of the sandbox can have: one. */
export const actionSummaries: readonly object[] = [summary];

/** GetAction. Throws for another action: AWS may have it, the sandbox does not. */
export function describeAction(id: string): object {
  checkActionId(id, new AwsError('ResourceNotFoundException', `Action ${id} does not exist.`, 404));
  const description = 'The time to wait before interrupting the instances (ISO 8601 duration).';
  return { ...summary, parameters: { [durationParameter]: { description, required: true } } };
}

/** Throws for another action than ours: by its name when it has the form of AWS's, and what is given otherwise. */
export function checkActionId(id: string, malformed: AwsError): void {
  if (id === spotAction) return;
  throw /^aws:[a-z0-9-]+:[a-z0-9-]+$/.test(id) ? notImplemented(`the action ${id} of fis`) : malformed;
}

/**
 * Milliseconds of `durationBeforeInterruption`, "from 2 to 15 minutes" in ISO 8601 (actions reference); undefined for another text.
 * Seconds are a way to say it too: https://github.com/aws/amazon-ec2-spot-interrupter gives `PT120S`.
 */
export function interruptionDelay(text: string): number | undefined {
  const [whole, minutes = '0', seconds = '0'] = /^PT(?=\d)(?:(\d+)M)?(?:(\d+)S)?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const milliseconds = Number(minutes) * 60_000 + Number(seconds) * 1_000;
  return milliseconds >= 120_000 && milliseconds <= 900_000 ? milliseconds : undefined;
}
