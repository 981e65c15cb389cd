import type { Call } from './calls.ts';
import type { PlayName } from './plays.ts';

/** The plays in which the cells of a call are run, or why no play makes it. */
type Row = readonly PlayName[] | string;

/** Calls by who makes them: a function, or a state machine. */
type Rows = Readonly<Record<string, Readonly<Record<string, Row>>>>;

const both = ['interruption', 'recommendation'] as const;
const asked = ['unlaunched'] as const;
const checked = ['check'] as const;
const oversized = 'settings that one parameter cannot hold: test/shared/aws/settings.test.ts';
const readAgain = 'a conditional write whose condition failed reads its row again: test/shared/work';
const paged = 'no list of the demo world has more than the 500 items of one page: test/shared/kubernetes';

/** Every call to AWS. */
const awsCalls: Rows = {
  'assess-nodes': {
    'autoscaling:DescribeAutoScalingGroups': both,
    'autoscaling:DescribeAutoScalingInstances': both,
    'dynamodb:BatchGetItem case': both,
    'dynamodb:GetItem case': asked,
    'dynamodb:UpdateItem case': both,
    'dynamodb:UpdateItem scope': both,
    'eks:DescribeCluster': both,
    'ssm:GetParameter pause': both,
    'ssm:GetParameter settings': both,
    'ssm:GetParameters settings': oversized,
  },
  'cordon-nodes': {
    'eks:DescribeCluster': both,
    'ssm:GetParameter pause': both,
    'ssm:GetParameter settings': checked,
    'ssm:GetParameters settings': oversized,
  },
  'drain-nodes': {
    'dynamodb:BatchGetItem case': both,
    'dynamodb:GetItem case': readAgain,
    'dynamodb:UpdateItem case': ['lost'],
    'eks:DescribeCluster': both,
    'ssm:GetParameter pause': both,
    'ssm:GetParameter settings': both,
    'ssm:GetParameters settings': oversized,
  },
  'inspect-cluster': {
    'autoscaling:DescribeAutoScalingGroups': checked,
    'autoscaling:DescribeAutoScalingInstances': checked,
    'ec2:DescribeInstances': checked,
    'eks:DescribeCluster': checked,
    'events:ListRules': checked,
    'lambda:Invoke assess-nodes': checked,
    'lambda:Invoke cordon-nodes': checked,
    'lambda:Invoke drain-nodes': checked,
    'lambda:Invoke inspect-cluster': checked,
    'lambda:Invoke launch-replacements': checked,
    'lambda:Invoke roll-back-nodes': checked,
    'lambda:Invoke terminate-nodes': checked,
    'sns:ListSubscriptionsByTopic': checked,
    'ssm:GetParameter pause': checked,
    'ssm:GetParameter settings': checked,
    'ssm:GetParameters settings': oversized,
  },
  intake: {
    'dynamodb:BatchGetItem case': both,
    'dynamodb:GetItem case': both,
    'dynamodb:GetItem scope': ['stopped'],
    'dynamodb:UpdateItem case': both,
    'ec2:DescribeInstances': both,
    'sqs:DeleteMessageBatch': ['misunderstood'],
    'sqs:ReceiveMessage': ['misunderstood'],
    'sqs:SendMessage': ['misunderstood'],
    'states:DescribeExecution': ['recommendation'],
    'states:StartExecution': both,
  },
  'launch-replacements': {
    'autoscaling:DescribeAutoScalingGroups': both,
    'autoscaling:DescribeScalingActivities': ['recommendation'],
    'autoscaling:SetDesiredCapacity': both,
    'dynamodb:BatchGetItem case': both,
    'dynamodb:GetItem case': readAgain,
    'dynamodb:Query change': both,
    'dynamodb:UpdateItem change': both,
    'dynamodb:UpdateItem lease': both,
    'eks:DescribeCluster': ['recommendation'],
    'ssm:GetParameter pause': both,
    'ssm:GetParameter settings': both,
    'ssm:GetParameters settings': oversized,
  },
  'machine check': {
    'events:PutEvents Workflow Finished': checked,
    'lambda:Invoke inspect-cluster': checked,
  },
  'machine node-replacement': {
    'events:PutEvents Workflow Blocked': ['interruption'],
    'events:PutEvents Workflow Finished': both,
    'events:PutEvents Workflow Started': both,
    'lambda:Invoke assess-nodes': both,
    'lambda:Invoke cordon-nodes': both,
    'lambda:Invoke drain-nodes': both,
    'lambda:Invoke launch-replacements': both,
    'lambda:Invoke roll-back-nodes': asked,
    'lambda:Invoke terminate-nodes': both,
  },
  'roll-back-nodes': {
    'autoscaling:DescribeAutoScalingGroups': asked,
    'autoscaling:DescribeAutoScalingInstances': asked,
    'autoscaling:SetDesiredCapacity': asked,
    'autoscaling:TerminateInstanceInAutoScalingGroup': ['paused'],
    'dynamodb:BatchGetItem case': checked,
    'dynamodb:GetItem case': ['paused'],
    'dynamodb:GetItem scope': asked,
    'dynamodb:Query change': asked,
    'dynamodb:UpdateItem case': asked,
    'dynamodb:UpdateItem change': asked,
    'dynamodb:UpdateItem lease': asked,
    'eks:DescribeCluster': asked,
  },
  'terminate-nodes': {
    'autoscaling:DescribeAutoScalingGroups': both,
    'autoscaling:DescribeAutoScalingInstances': both,
    'autoscaling:SetDesiredCapacity':
      'the group lost an instance without us, and its replacement was never launched: test/functions/node-replacement/terminate-nodes.test.ts',
    'autoscaling:TerminateInstanceInAutoScalingGroup': both,
    'dynamodb:BatchGetItem case': both,
    'dynamodb:GetItem case': readAgain,
    'dynamodb:Query change': both,
    'dynamodb:UpdateItem case': both,
    'dynamodb:UpdateItem change': both,
    'eks:DescribeCluster': both,
    'ssm:GetParameter pause': both,
    'ssm:GetParameter settings': both,
    'ssm:GetParameters settings': oversized,
  },
};

/** Every request to a cluster. */
const kubernetesCalls: Rows = {
  'assess-nodes': {
    'kubernetes create selfsubjectrulesreviews': checked,
    'kubernetes get nodes': both,
    'kubernetes list poddisruptionbudgets': ['dry run'],
    'kubernetes list poddisruptionbudgets (next page)': paged,
    'kubernetes list pods': ['dry run'],
    'kubernetes list pods (next page)': paged,
  },
  'cordon-nodes': {
    'kubernetes create events': both,
    'kubernetes create selfsubjectrulesreviews': both,
    'kubernetes get nodes': both,
    'kubernetes patch nodes': both,
  },
  'drain-nodes': {
    'kubernetes create events': ['interruption'],
    'kubernetes create pods/eviction': both,
    'kubernetes create selfsubjectrulesreviews': checked,
    'kubernetes delete pods': ['interruption'],
    'kubernetes get nodes': both,
    'kubernetes list poddisruptionbudgets': both,
    'kubernetes list poddisruptionbudgets (next page)': paged,
    'kubernetes list pods': both,
    'kubernetes list pods (next page)': paged,
    'kubernetes list volumeattachments': both,
    'kubernetes list volumeattachments (next page)': paged,
  },
  'inspect-cluster': {
    'kubernetes create selfsubjectrulesreviews': checked,
    'kubernetes list nodes': checked,
    'kubernetes list nodes (next page)': paged,
    'kubernetes list validatingadmissionpolicies': checked,
    'kubernetes list validatingadmissionpolicybindings': checked,
  },
  'launch-replacements': {
    'kubernetes create selfsubjectrulesreviews': checked,
    'kubernetes list nodes': ['recommendation'],
    'kubernetes list nodes (next page)': paged,
  },
  'roll-back-nodes': {
    'kubernetes create events': asked,
    'kubernetes create selfsubjectrulesreviews': checked,
    'kubernetes list nodes': asked,
    'kubernetes list nodes (next page)': paged,
    'kubernetes list pods': ['paused'],
    'kubernetes list pods (next page)': paged,
    'kubernetes patch nodes': asked,
  },
  'terminate-nodes': {
    'kubernetes create selfsubjectrulesreviews': checked,
    'kubernetes list nodes': both,
    'kubernetes list nodes (next page)': paged,
  },
};

interface Registered {
  readonly call: Call;
  readonly row: Row;
}

/** Every call of the product. What is not here fails a test. */
export const registry: readonly Registered[] = [awsCalls, kubernetesCalls].flatMap((rows) =>
  Object.entries(rows).flatMap(([who, whats]) =>
    Object.entries(whats).map(([what, row]) => ({ call: { who, what }, row })),
  ),
);
