import type { KubernetesRequest } from '../../weather/contract.ts';
import type { Exchange } from './exchange.ts';

/** A request as the weather sees it. */
export function requestInWeather({ identity, info, query }: Exchange): KubernetesRequest {
  const { verb, resource, subresource, name } = info;
  return {
    user: identity.username,
    arn: identity.extra?.['arn']?.[0],
    verb,
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    name,
    continued: query.has('continue'),
  };
}
