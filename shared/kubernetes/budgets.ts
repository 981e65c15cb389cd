import { PolicyV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/PolicyV1Api.js';
import type { ClusterApi } from './cluster-api.ts';
import { budgetFacts, type WireBudget } from './facts.ts';
import { listAll, page, type Session } from './lists.ts';

export function budgetCalls(session: Session): Pick<ClusterApi, 'listBudgets'> {
  const policy = new PolicyV1ApiRequestFactory(session.connection.configuration);
  return {
    async listBudgets() {
      const request = (token: string | undefined) =>
        policy.listPodDisruptionBudgetForAllNamespaces(undefined, token, undefined, undefined, page);
      return (await listAll<WireBudget>(session, request, 'list poddisruptionbudgets.policy')).map(budgetFacts);
    },
  };
}
