/** What made a history fail, when nothing can be left out any more. */
interface Evidence {
  readonly invariant: string;
  /** The violation in words. */
  readonly what: string;
  /** Names of acts. */
  readonly acts: readonly string[];
  readonly troubles: readonly string[];
}

/** A known fault: an example of a kind that people met, and how one sees that a history is about it. */
export interface Row {
  readonly id: string;
  readonly says: string;
  readonly shows: (evidence: Evidence) => boolean;
}

const trouble = ({ troubles }: Evidence, pattern: RegExp) => troubles.some((name) => pattern.test(name));
const act = ({ acts }: Evidence, ...names: readonly string[]) => acts.some((name) => names.includes(name));
const of = ({ invariant }: Evidence, ...names: readonly string[]) => names.includes(invariant);

const lost = (evidence: Evidence) =>
  of(evidence, 'warned-nodes-are-cordoned', 'warned-nodes-stay-cordoned', 'runs-end-with-a-report');
const sizes = (evidence: Evidence) => of(evidence, 'sizes-are-their-owners');
const liars = ['add-twin', 'swap-provider', 'add-nameless', 'add-stale', 'add-machineless'];

/** Faults that were found by trying, by hand, before there was a simulation; the numbers are of their tables. */
export const rows: readonly Row[] = [
  {
    id: 'K1.1',
    says: 'an API server that is away when the warning comes: nothing tries again',
    shows: (e) =>
      lost(e) && (trouble(e, /^kubernetes/) || /ApiUnavailable/.test(e.what)) && !/40[0-9]|4[12]\d/.test(e.what),
  },
  {
    id: 'K1.2',
    says: 'settings that cannot be read in the middle of a run',
    shows: (e) => lost(e) && (act(e, 'break-settings') || trouble(e, /^aws ssm/) || /InvalidSettings/.test(e.what)),
  },
  {
    id: 'K1.3',
    says: 'a task that takes longer than its slice',
    shows: (e) => lost(e) && /TimeoutError|States\.Timeout|timed out/.test(e.what),
  },
  {
    id: 'K1.4',
    says: 'one 400, 403, 409, 410 or 422 to a read or a node patch',
    shows: (e) => lost(e) && /AccessDenied|RequestRejected|: (400|403|409|410|422) /.test(e.what),
  },
  {
    id: 'K1.5',
    says: 'a function throttled, or killed, or one refusal after the drain',
    shows: (e) => lost(e) && (/TooManyRequests|Lambda\.|Runtime\./.test(e.what) || trouble(e, /^invocation/)),
  },
  {
    id: 'K1.6',
    says: 'a stale taint of Cluster Autoscaler, then a warning',
    shows: (e) => of(e, 'warned-nodes-are-cordoned') && act(e, 'scale-down'),
  },
  {
    id: 'K1.7',
    says: 'a warning before the node has joined',
    shows: (e) =>
      of(e, 'warned-nodes-are-cordoned', 'reports-are-true') &&
      e.troubles.length === 0 &&
      !act(e, 'break-settings', 'scale-down', ...liars),
  },
  {
    id: 'K1.8',
    says: 'the work table away when the warning comes',
    shows: (e) => (lost(e) || of(e, 'messages-are-handled')) && trouble(e, /^aws dynamodb/),
  },
  {
    id: 'K2.3',
    says: 'one poisoned or throttled row of a batch',
    shows: (e) => of(e, 'messages-are-handled') && trouble(e, /^(aws|invocation)/),
  },
  {
    id: 'K2.4',
    says: 'a retry of a start that comes too late',
    shows: (e) => of(e, 'warned-nodes-are-cordoned') && trouble(e, /intake|sqs|states/),
  },
  {
    id: 'K2.5',
    says: 'a cleanup that a person starts under a running execution',
    shows: (e) => act(e, 'clean-up'),
  },
  {
    id: 'K3.1',
    says: 'a Node that names another instance, and a rollback: that instance is ended',
    shows: (e) => of(e, 'only-ours-are-ended-and-empty') && act(e, ...liars),
  },
  {
    id: 'K3.2',
    says: 'a second Node of an instance: the stale one is cordoned',
    shows: (e) => of(e, 'warned-nodes-are-cordoned', 'warned-nodes-stay-cordoned') && act(e, 'add-twin'),
  },
  {
    id: 'K3.3',
    says: "a second Node with Karpenter's label: handed over, not drained",
    shows: (e) => of(e, 'warned-nodes-are-cordoned') && act(e, 'add-twin', 'swap-provider'),
  },
  {
    id: 'K3.4',
    says: 'a person names a Node that lies',
    shows: (e) =>
      of(e, 'only-ours-are-ended-and-empty', 'only-subjects-are-drained') &&
      act(e, ...liars) &&
      act(e, 'replace-nodes'),
  },
  {
    id: 'K3.6',
    says: 'a list of pods that is not there: the node counts as empty',
    shows: (e) => of(e, 'only-ours-are-ended-and-empty') && trouble(e, /^kubernetes list pods/),
  },
  {
    id: 'K3.7',
    says: 'a drill that anybody may send',
    shows: (e) => act(e, 'forge-drill'),
  },
  {
    id: 'K4.1',
    says: 'others change the size while a run is held',
    shows: (e) => sizes(e) && act(e, 'resize', 'scale-down', 'scale-up', 'apply-file', 'end-member'),
  },
  {
    id: 'K4.2',
    says: 'a group at its minimum whose replacement has been scaled in',
    shows: (e) => (sizes(e) || of(e, 'runs-end-with-a-report')) && /smaller|ValidationError|minimum/i.test(e.what),
  },
  {
    id: 'K4.3',
    says: 'a launch hook: the Node is Ready, the instance not in service',
    shows: (e) => of(e, 'reports-are-true') && /in service/.test(e.what) && act(e, 'add-hook'),
  },
  {
    id: 'K4.4',
    says: 'one zone without capacity',
    shows: (e) => act(e, 'no-capacity'),
  },
  {
    id: 'K4.5',
    says: 'held runs in one group, then a pause',
    shows: (e) => sizes(e) && act(e, 'pause'),
  },
  {
    id: 'K4.6',
    says: 'a voluntary run that cannot end keeps its new instance',
    shows: (e) => sizes(e) && /larger/.test(e.what) && act(e, 'recommend', 'experiment', 'replace-nodes'),
  },
  {
    id: 'K4.7',
    says: 'one held pod of a batch rolls back the nodes that are empty',
    shows: (e) => of(e, 'emptied-nodes-are-finished'),
  },
  {
    id: 'K4.8',
    says: 'many recommendations at once: most of the cluster cordoned',
    shows: (e) => of(e, 'voluntary-work-is-bounded'),
  },
  {
    id: 'K5.1',
    says: 'an API server away for minutes in a voluntary run: still cordoned an hour later',
    shows: (e) => of(e, 'nodes-are-left-as-they-were') && trouble(e, /^kubernetes/),
  },
  {
    id: 'K5.2',
    says: 'what was changed stays, because the cleanup fails or is stopped too',
    shows: (e) => of(e, 'nodes-are-left-as-they-were', 'cases-are-closed'),
  },
  {
    id: 'K6.1',
    says: 'pods that tolerate everything are evicted again and again',
    shows: (e) => of(e, 'pods-are-not-hunted'),
  },
  {
    id: 'K5.3',
    says: 'an instance outside of any group is stopped and started again: what was changed stays',
    shows: (e) => of(e, 'nodes-are-left-as-they-were') && act(e, 'run-instance') && act(e, 'stop-and-start'),
  },
  {
    id: 'K6.3',
    says: 'a drain that lasts longer than its timeout',
    shows: (e) => of(e, 'drains-keep-their-time'),
  },
  {
    id: 'K6.4',
    says: 'more ids than fit into a call',
    shows: (e) => of(e, 'runs-end-with-a-report', 'reports-are-true', 'cases-are-closed') && act(e, 'replace-all'),
  },
  {
    id: 'K6.5',
    says: 'Retry-After on an eviction is ignored',
    shows: (e) => of(e, 'told-to-wait-means-wait'),
  },
  {
    id: 'K6.7',
    says: 'a dry run of many nodes with many pods has more data than a state machine takes',
    shows: (e) => of(e, 'runs-end-with-a-report', 'histories-are-bounded') && /DataLimitExceeded|bytes/.test(e.what),
  },
  {
    id: 'K6.2',
    says: "a pod with an hour's grace is waited for and never named",
    shows: (e) => of(e, 'reports-are-true') && /DrainTimedOut/.test(e.what),
  },
  {
    id: 'K7.1',
    says: 'a missed deadline that names no pod',
    shows: (e) => of(e, 'reports-are-true') && /DeadlineReached/.test(e.what),
  },
  {
    id: 'K7.2',
    says: "another tool's hook holds the instance: said to have ended, and runs",
    shows: (e) => of(e, 'reports-are-true') && /runs|Left/.test(e.what) && act(e, 'add-hook'),
  },
  {
    id: 'K7.3',
    says: 'a node that is no instance of EC2, named by a person: the same words as for a typo',
    shows: (e) => of(e, 'reports-are-true') && /NodeGone/.test(e.what) && act(e, 'add-nameless', 'add-machineless'),
  },
  {
    id: 'K7.4',
    says: 'a size that could not be set: said to be one larger, and is not',
    shows: (e) => of(e, 'reports-are-true') && /ReplacementKept|RolledBack/.test(e.what),
  },
  {
    id: 'K7.9',
    says: 'tasks that change something and write no line of their own',
    shows: (e) => of(e, 'changes-leave-a-line'),
  },
  {
    id: 'K7.5',
    says: 'the last event fails: a run whose work is done is Failed',
    shows: (e) =>
      of(e, 'runs-end-with-a-report') && (trouble(e, /^aws events/) || /EventBridge|PutEvents/.test(e.what)),
  },
  {
    id: 'K7.6',
    says: 'a failed execution has no report',
    shows: (e) => of(e, 'runs-end-with-a-report'),
  },
  {
    id: 'K7.7',
    says: 'a typing error sets off the alarm',
    shows: (e) => of(e, 'mistakes-wake-nobody'),
  },
  {
    id: 'K7.8',
    says: 'a dry run says NothingToDo and has evictions in its plan',
    shows: (e) => of(e, 'reports-are-true') && /NothingToDo/.test(e.what),
  },
];
