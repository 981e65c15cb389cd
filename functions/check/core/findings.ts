import { plural } from '../../../shared/domain/plural.ts';
import { forceDeleteRight, type Right, rightInWords, roleRights } from '../../../shared/domain/right.ts';
import type { Finding, FindingCode } from '../contract.ts';
import type { Observations, Probed, Seen } from './observations.ts';
import { ofStrays } from './strays.ts';

/** The guard rails of infra/kubernetes/guard-rails/, and the version that this code was made for; a test holds the two together. */
export const guardRails = {
  version: '1',
  annotation: 'eks-steward.io/guard-rails',
  names: ['eks-steward-writes', 'eks-steward-nodes', 'eks-steward-evictions', 'eks-steward-deletions'],
} as const;

const applyRights = 'kubectl apply -k infra/kubernetes/';

/** Everything that would stop work, in the order in which a person would fix it. */
export function findingsOf(seen: Observations): Finding[] {
  return [
    ...unique([...seen.probes].flatMap(([name, probed]) => ofProbe(seen, name, probed))),
    ...ofGuardRails(seen),
    ...ofTags(seen),
    ...ofRules(seen),
    ...ofAlarms(seen),
  ];
}

/** The findings as far as a report holds them; the last one then counts those that are left out. */
export function inReport(cluster: string, findings: readonly Finding[], most: number): Finding[] {
  if (findings.length <= most) return [...findings];
  const said = findings.slice(0, most - 1);
  const left = plural(findings.length - said.length, 'more finding');
  return [...said, finding('LeftOut', cluster, left, `mend these and check ${cluster} again; the log has all of them`)];
}

/** What one function could not do. */
function ofProbe({ cluster, forces }: Observations, name: string, probed: Seen<Probed>): Finding[] {
  if ('error' in probed)
    return [finding('FunctionFailed', name, told(probed.error), `aws logs tail /aws/lambda/${name} --since 10m`)];
  const { tried, role, rights } = probed.value;
  const failed = tried.flatMap(({ what, error }) => (error ? [ofFailure(cluster, name, what, error)] : []));
  return [...failed, ...(role && rights ? ofRights(name, role, rights, forces) : [])];
}

function ofFailure(
  cluster: string,
  name: string,
  what: string,
  error: { readonly name: string; readonly message: string },
): Finding {
  const evidence = told(error);
  switch (what) {
    case 'settings':
      return finding('SettingsUnreadable', name, evidence, 'npx cdk deploy');
    case 'cases':
    case 'journal':
      return finding(
        'WorkTableUnreachable',
        `${name}: ${what}`,
        evidence,
        'npx cdk deploy; in a network, a route or gateway endpoint to DynamoDB',
      );
    case 'endpoint':
      if (error.name === 'UnknownClusterError') return ofClusterFailure(cluster, name, error);
      return ofCall(name, what, evidence);
    case 'cluster':
      return ofClusterFailure(cluster, name, error);
    default:
      return ofCall(name, what, evidence);
  }
}

function ofCall(name: string, what: string, evidence: string): Finding {
  const fix = 'npx cdk deploy; in a network, a route or endpoint to the service';
  return finding('AwsCallFailed', `${name}: ${what}`, evidence, fix);
}

function ofClusterFailure(
  cluster: string,
  name: string,
  error: { readonly name: string; readonly message: string },
): Finding {
  const evidence = told(error);
  const named = `aws eks describe-cluster --name ${cluster}`;
  if (error.name === 'UnknownClusterError') return finding('ClusterUnknown', cluster, evidence, named);
  if (error.name === 'AccessDeniedError')
    return finding(
      'AccessRefused',
      name,
      evidence,
      `npx cdk deploy; aws eks list-access-entries --cluster-name ${cluster}`,
    );
  return finding(
    'EndpointUnreachable',
    name,
    evidence,
    `${named} --query cluster.resourcesVpcConfig; give ${cluster} its network in steward.yaml`,
  );
}

/** Groups whose resources everybody who is authenticated may ask for. */
const everybodys = /\.(authorization|authentication)\.k8s\.io$/;

function ofRights(name: string, role: string, rights: readonly string[], forces: boolean): Finding[] {
  const golden = (roleRights as Readonly<Record<string, readonly Right[]>>)[role]?.map(rightInWords);
  if (!golden) return [];
  const force = rightInWords(forceDeleteRight);
  const needed = role === 'drain' && forces ? [...golden, force] : golden;
  const allowed = new Set([...golden, ...(role === 'drain' ? [force] : [])]);
  const missing = needed.filter((right) => !rights.includes(right));
  const wider = rights.filter((right) => !allowed.has(right) && !everybodys.test(right));
  return [
    ...missing.map((right) => finding('RightMissing', `${role}: ${right}`, `${name} may not ${right}`, applyRights)),
    ...wider.map((right) =>
      finding(
        'RightWider',
        `${role}: ${right}`,
        `${name} may ${right}`,
        `kubectl get clusterrolebindings -o wide | grep eks-steward; ${applyRights}`,
      ),
    ),
  ];
}

function ofGuardRails({ policies }: Observations): Finding[] {
  if ('error' in policies) return [finding('GuardRailsAbsent', 'guard rails', told(policies.error), applyRights)];
  return guardRails.names.flatMap((name) => {
    const policy = policies.value.find((one) => one.name === name);
    if (!policy?.enforced)
      return [
        finding(
          'GuardRailsAbsent',
          name,
          policy ? 'no binding makes it refuse' : 'there is no such policy',
          applyRights,
        ),
      ];
    const version = policy.annotations[guardRails.annotation] ?? 'none';
    return version === guardRails.version
      ? []
      : [finding('GuardRailsOld', name, `version ${version}, the code needs ${guardRails.version}`, applyRights)];
  });
}

function ofTags({ cluster, nodes, groups, strays }: Observations): Finding[] {
  if ('error' in nodes)
    return [finding('NodesUnseen', cluster, told(nodes.error), `${applyRights}; then check ${cluster} again`)];
  const tag = `kubernetes.io/cluster/${cluster}`;
  if ('error' in groups) return [finding('AwsCallFailed', 'Auto Scaling groups', told(groups.error), 'npx cdk deploy')];
  const bare = groups.value.filter(
    ({ managedNodeGroup, clusterTags }) => !managedNodeGroup && !clusterTags.includes(cluster),
  );
  const ofGroups = bare.map(({ name }) =>
    finding(
      'GroupUntagged',
      name,
      `its nodes are in ${cluster}, its tag ${tag} is not there`,
      `aws autoscaling create-or-update-tags --tags ResourceId=${name},ResourceType=auto-scaling-group,Key=${tag},Value=owned,PropagateAtLaunch=true`,
    ),
  );
  if ('error' in strays)
    return [...ofGroups, finding('AwsCallFailed', 'instances', told(strays.error), 'npx cdk deploy')];
  return [...ofGroups, ...ofStrays(cluster, strays.value)];
}

function ofRules({ rules }: Observations): Finding[] {
  if ('error' in rules) return [finding('AwsCallFailed', 'rules', told(rules.error), 'npx cdk deploy')];
  return rules.value.flatMap(({ name, state }) => {
    if (state === 'Enabled') return [];
    return state === 'Missing'
      ? [finding('RuleDisabled', name, 'there is no such rule', 'npx cdk deploy')]
      : [finding('RuleDisabled', name, 'its state is DISABLED', `aws events enable-rule --name ${name}`)];
  });
}

function ofAlarms({ receivers }: Observations): Finding[] {
  const fix = 'alarms: { email: [you@example.com] } in steward.yaml, npx cdk deploy, then confirm the mail';
  if ('error' in receivers) return [finding('AlarmsUnheard', 'alarm topic', told(receivers.error), fix)];
  return receivers.value.length > 0
    ? []
    : [finding('AlarmsUnheard', 'alarm topic', 'it has no confirmed subscription', fix)];
}

function finding(code: FindingCode, about: string, evidence: string, fix: string): Finding {
  return { code, about, evidence: evidence.slice(0, 500), fix };
}

function told({ name, message }: { readonly name: string; readonly message: string }): string {
  return `${name}: ${message}`;
}

/** What several functions find of one thing, such as a right that all of their role lack, is told once. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((one) => [`${one.code} ${one.about}`, one])).values()];
}
