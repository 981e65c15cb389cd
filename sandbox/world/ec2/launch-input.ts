import type { InstanceMarketOptionsRequest, TagSpecification } from '@aws-sdk/client-ec2';
import { refused, refuseOthers } from './refuse.ts';

/** Is a Spot instance asked for? What else the options say is refused by its name. */
export function isSpot(options: InstanceMarketOptionsRequest | undefined, path: string): boolean {
  refuseOthers(options, ['MarketType'], `${path}.InstanceMarketOptions`);
  const type = options?.MarketType;
  if (type !== undefined && type !== 'spot') throw refused(`the market type '${type}' of ${path}`);
  return type === 'spot';
}

/** Tags for instances; there is nothing else here that could have some. */
export function instanceTagsOf(
  specifications: readonly TagSpecification[] | undefined,
  path: string,
): Record<string, string> {
  const other = specifications?.find(({ ResourceType }) => ResourceType !== 'instance');
  if (other) throw refused(`tags for '${other.ResourceType}' in ${path}`);
  const tags = (specifications ?? []).flatMap(({ Tags = [] }) => Tags);
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}
