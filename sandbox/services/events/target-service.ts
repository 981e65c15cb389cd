import { AwsError, account, region } from '../../aws/contract.ts';

/** The service of a target's ARN, which must be one of the known ones, in this account and region. Throws an error that names what is not there. */
export function targetService<Known extends string>(arn: string, known: readonly Known[]): Known {
  const [prefix, partition, service, where, owner, ...resource] = arn.split(':');
  if (prefix !== 'arn' || partition !== 'aws' || resource.length === 0)
    throw new AwsError(
      'ValidationException',
      `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  const found = known.find((name) => name === service);
  if (found === undefined) throw missing(`targets of the service '${service}'`);
  if (where !== region || owner !== account) throw missing(`targets in ${where} of account ${owner}`);
  return found;
}

function missing(what: string): AwsError {
  return new AwsError('NotImplementedInSandbox', `The sandbox has no ${what}.`, 501);
}
