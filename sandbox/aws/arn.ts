import { account, region } from './contract.ts';

/** `arn:aws:<service>:<region>:<account>:<rest>` of the sandbox's account. */
export function arnOf(service: string, rest: string): string {
  return `arn:aws:${service}:${region}:${account}:${rest}`;
}

export function instanceArn(instanceId: string): string {
  return arnOf('ec2', `instance/${instanceId}`);
}
