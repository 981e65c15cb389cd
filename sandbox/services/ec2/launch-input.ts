import type { InstanceMarketOptionsRequest, TagSpecification } from '@aws-sdk/client-ec2';
import { AwsError, notImplemented } from '../../aws/contract.ts';
import { refuseOthers } from '../../aws/refuse.ts';
import type { LaunchSpec } from './instance.ts';

/** Is a Spot instance asked for, and how? What else the options say is refused by its name. */
export function marketOf(
  options: InstanceMarketOptionsRequest | undefined,
  path: string,
): Pick<LaunchSpec, 'spot' | 'spotOptions'> {
  refuseOthers(options, ['MarketType', 'SpotOptions'], `${path}.InstanceMarketOptions`);
  const { MarketType: market, SpotOptions: given } = options ?? {};
  if (market !== undefined && market !== 'spot') throw notImplemented(`the market type '${market}' of ${path}`);
  if (given === undefined) return { spot: market === 'spot' };
  refuseOthers(
    given,
    ['SpotInstanceType', 'InstanceInterruptionBehavior'],
    `${path}.InstanceMarketOptions.SpotOptions`,
  );
  const { SpotInstanceType: type = 'one-time', InstanceInterruptionBehavior: behaviour = 'terminate' } = given;
  if (type === 'one-time' && behaviour !== 'terminate') {
    // The words: harmony-one/harmony-ops issue 285.
    const message = `The request with type '${type}' is not supported when instanceInterruptionBehavior is set to '${behaviour}'.`;
    throw new AwsError('InvalidParameterCombination', message);
  }
  return { spot: market === 'spot', spotOptions: { type, behaviour } };
}

/** Tags for instances; there is nothing else here that could have some. */
export function instanceTagsOf(
  specifications: readonly TagSpecification[] | undefined,
  path: string,
): Record<string, string> {
  const other = specifications?.find(({ ResourceType }) => ResourceType !== 'instance');
  if (other) throw notImplemented(`tags for '${other.ResourceType}' in ${path}`);
  const tags = (specifications ?? []).flatMap(({ Tags = [] }) => Tags);
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Throws `InvalidParameterValue`. */
export function checkToken(token: string | undefined, longest: number): void {
  if (token !== undefined && !new RegExp(`^\\p{ASCII}{1,${longest}}$`, 'u').test(token))
    throw new AwsError('InvalidParameterValue', `Value (${token}) for parameter clientToken is invalid.`);
}

/** "User data is limited to 16 KB, in raw form, before it is base64-encoded" (EC2 user guide, user-data). */
const largestUserData = 16_384;

/** Throws `InvalidUserData.Malformed`; the words are EC2's, as users of Terraform and moto have found them. */
export function checkUserData(text: string | undefined): void {
  if (text === undefined) return;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text))
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  if (Buffer.from(text, 'base64').length > largestUserData)
    throw new AwsError('InvalidUserData.Malformed', `User data is limited to ${largestUserData} bytes`);
}
