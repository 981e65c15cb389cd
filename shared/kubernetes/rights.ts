import { AuthorizationV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/AuthorizationV1Api.js';
import type { V1SelfSubjectRulesReview } from '@kubernetes/client-node/dist/gen/models/V1SelfSubjectRulesReview.js';
import type { Right } from '../domain/right.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { Session } from './lists.ts';
import type { Wire } from './wire.ts';

type WireRules = Wire<V1SelfSubjectRulesReview>;

export function rightCalls({ connection, signal }: Session): Pick<ClusterApi, 'missingRights' | 'rights'> {
  const authorization = new AuthorizationV1ApiRequestFactory(connection.configuration);
  const review = () =>
    connection.read<WireRules>(
      () => authorization.createSelfSubjectRulesReview({ spec: { namespace: 'default' } }),
      'create selfsubjectrulesreviews.authorization.k8s.io',
      signal,
    );
  return {
    async missingRights(needed) {
      const rules = await review();
      return needed.filter((right) => !grants(rules, right));
    },

    async rights() {
      const rules = (await review())?.status?.resourceRules ?? [];
      return rules
        .filter(({ resourceNames = [] }) => resourceNames.length === 0)
        .flatMap(({ verbs, apiGroups = [], resources = [] }) =>
          apiGroups.flatMap((group) =>
            resources.flatMap((resource) => (verbs ?? []).map((verb) => ({ verb, group, resource }))),
          ),
        );
    },
  };
}

function grants(review: WireRules | undefined, { verb, group, resource }: Right): boolean {
  const has = (list: readonly string[] | undefined, wanted: string) => list?.includes('*') || list?.includes(wanted);
  return (review?.status?.resourceRules ?? []).some(
    (rule) =>
      has(rule.verbs, verb) &&
      has(rule.apiGroups, group) &&
      has(rule.resources, resource) &&
      (rule.resourceNames?.length ?? 0) === 0,
  );
}
