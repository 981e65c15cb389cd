import { AdmissionregistrationV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/AdmissionregistrationV1Api.js';
import type { V1ValidatingAdmissionPolicy } from '@kubernetes/client-node/dist/gen/models/V1ValidatingAdmissionPolicy.js';
import type { V1ValidatingAdmissionPolicyBinding } from '@kubernetes/client-node/dist/gen/models/V1ValidatingAdmissionPolicyBinding.js';
import type { InspectedCluster } from './cluster-api.ts';
import { listAll, page, type Session } from './lists.ts';
import type { Wire } from './wire.ts';

export function admissionCalls(session: Session): Pick<InspectedCluster, 'listAdmissionPolicies'> {
  const admission = new AdmissionregistrationV1ApiRequestFactory(session.connection.configuration);
  return {
    async listAdmissionPolicies(prefix) {
      const [policies, bindings] = await Promise.all([
        listAll<Wire<V1ValidatingAdmissionPolicy>>(
          session,
          (token) => admission.listValidatingAdmissionPolicy(undefined, undefined, token, undefined, undefined, page),
          'list validatingadmissionpolicies.admissionregistration.k8s.io',
        ),
        listAll<Wire<V1ValidatingAdmissionPolicyBinding>>(
          session,
          (token) =>
            admission.listValidatingAdmissionPolicyBinding(undefined, undefined, token, undefined, undefined, page),
          'list validatingadmissionpolicybindings.admissionregistration.k8s.io',
        ),
      ]);
      const denied = bindings.filter(({ spec }) => spec?.validationActions?.includes('Deny'));
      const enforced = new Set(denied.map(({ spec }) => spec?.policyName ?? ''));
      return policies
        .map(({ metadata = {} }) => ({
          name: metadata.name ?? '',
          annotations: metadata.annotations ?? {},
          enforced: enforced.has(metadata.name ?? ''),
        }))
        .filter(({ name }) => name.startsWith(prefix));
    },
  };
}
