import { Duration } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { transientErrors } from '../constructs/workflow.ts';

export interface NodeReplacementFunctions {
  readonly assessNodes: lambda.IFunction;
  readonly cordonNodes: lambda.IFunction;
  readonly launchReplacements: lambda.IFunction;
  readonly drainNodes: lambda.IFunction;
  readonly terminateNodes: lambda.IFunction;
  readonly rollBackNodes: lambda.IFunction;
}

/** Longer than the functions' own 60 s, so that Lambda's timeout speaks first and by its name. */
const taskTimeout = sfn.Timeout.duration(Duration.seconds(75));

const run = { cluster: '{% $cluster %}', execution: '{% $execution %}' };
const work = { ...run, targets: '{% $targets %}' };

/** All states of the workflow; returns the first. Their names are what an operator reads in the console. */
export function nodeReplacementStates(
  scope: Construct,
  fns: NodeReplacementFunctions,
  bus: events.EventBus,
): sfn.State {
  const task = (name: string, fn: lambda.IFunction, payload: object, assign: Record<string, unknown>) =>
    new tasks.LambdaInvoke(scope, name, {
      queryLanguage: sfn.QueryLanguage.JSONATA,
      lambdaFunction: fn,
      payload: sfn.TaskInput.fromObject({ ...payload }),
      assign,
      outputs: {},
      taskTimeout,
      retryOnServiceExceptions: false,
    }).addRetry({
      errors: [...transientErrors],
      interval: Duration.seconds(1),
      backoffRate: 2,
      maxDelay: Duration.seconds(10),
      maxAttempts: 4,
      jitterStrategy: sfn.JitterType.FULL,
    });
  const publish = (name: string, detailType: string, detail: Record<string, unknown>, outputs?: object) =>
    new tasks.EventBridgePutEvents(scope, name, {
      queryLanguage: sfn.QueryLanguage.JSONATA,
      entries: [
        {
          eventBus: bus,
          source: 'eks-steward',
          detailType,
          detail: sfn.TaskInput.fromObject({ ...about, ...detail }),
        },
      ],
      ...(outputs && { outputs }),
      taskTimeout: sfn.Timeout.duration(Duration.seconds(30)),
    }).addRetry({
      errors: ['EventBridge.ThrottlingException', 'EventBridge.InternalException', 'States.Timeout'],
      interval: Duration.seconds(1),
      backoffRate: 2,
      maxDelay: Duration.seconds(10),
      maxAttempts: 4,
      jitterStrategy: sfn.JitterType.FULL,
    });
  const choice = (name: string) => sfn.Choice.jsonata(scope, name);
  const wait = (name: string, seconds: number) =>
    sfn.Wait.jsonata(scope, name, { time: sfn.WaitTime.duration(Duration.seconds(seconds)) });

  const report = publish('Report the end', 'Workflow Finished', finished, result);
  const reportFailure = publish('Report the failure', 'Workflow Finished', failed);
  reportFailure.next(
    sfn.Fail.jsonata(scope, 'Failed', { error: '{% $failure.Error %}', cause: '{% $failure.Cause %}' }),
  );

  const failure = { failure: '{% $states.errorOutput %}' };
  const rollBackFailed = task(
    'Roll back after a failure',
    fns.rollBackNodes,
    { ...run, of: '{% $execution %}' },
    {
      endReasons: '{% $states.result.Payload.reasons %}',
    },
  )
    .addCatch(reportFailure, { errors: ['States.ALL'] })
    .next(reportFailure);
  const rollBack = task(
    'Roll back',
    fns.rollBackNodes,
    { ...run, of: '{% $of %}' },
    {
      outcome: '{% $states.result.Payload.outcome %}',
      endReasons: '{% $states.result.Payload.reasons %}',
    },
  )
    .addCatch(reportFailure, { errors: ['States.ALL'], assign: failure })
    .next(report);
  const orRollBack = (state: sfn.TaskStateBase) =>
    state
      .addCatch(rollBack, { errors: ['PausedError'], assign: paused })
      .addCatch(rollBackFailed, { errors: ['States.ALL'], assign: failure });

  // The same task ends the instances and, called again, says how far they and their successors are.
  const end = (name: string) =>
    orRollBack(
      task(
        name,
        fns.terminateNodes,
        { ...work, startedAt: '{% $startedAt %}' },
        {
          outcome: '{% $states.result.Payload.outcome %}',
          endReasons: '{% $states.result.Payload.reasons %}',
          ended: "{% $states.result.Payload.status = 'Done' %}",
        },
      ),
    );
  const terminate = end('Terminate instances');
  const look = end('Look for the new nodes');
  const boot = wait('Wait for the new nodes', 45);
  terminate.next(boot);
  boot.next(look);
  look.next(
    choice('Are the new nodes in service?').when(sfn.Condition.jsonata('{% $ended %}'), report).otherwise(boot),
  );

  const drain = orRollBack(
    task(
      'Drain nodes',
      fns.drainNodes,
      { ...work, blockedReported: '{% $blockedReported %}' },
      {
        drain: '{% $states.result.Payload %}',
        drainDone: '{% $distinct($append($drainDone, $states.result.Payload.done)) %}',
        drainReasons: '{% $states.result.Payload.reasons %}',
      },
    ),
  );
  const reportBlockers = publish('Report what blocks the drain', 'Workflow Blocked', {
    reasons: '{% $drainReasons %}',
  }).addCatch(drain, { errors: ['States.ALL'], assign: { blockedReported: true } });
  reportBlockers.next(drain);
  drain.next(
    choice('Are the nodes empty?')
      .when(sfn.Condition.jsonata("{% $drain.status = 'GiveUp' %}"), rollBack)
      .when(sfn.Condition.jsonata("{% $drain.status = 'Drained' %}"), terminate)
      .when(sfn.Condition.jsonata('{% $drain.blocked and $not($blockedReported) %}'), reportBlockers, {
        assign: { blockedReported: true },
      })
      .when(sfn.Condition.jsonata("{% $drain.status = 'Waiting' %}"), wait('Wait for the blockers', 30).next(drain))
      .otherwise(drain),
  );

  const cordon = (name: string) =>
    orRollBack(
      task(name, fns.cordonNodes, work, {
        reasons: '{% $append($reasons, $states.result.Payload.reasons) %}',
      }),
    );
  const launch = (name: string) =>
    task(
      name,
      fns.launchReplacements,
      { ...work, startedAt: '{% $startedAt %}' },
      {
        launch: '{% $states.result.Payload.status %}',
        reasons: '{% $distinct($append($reasons, $states.result.Payload.reasons)) %}',
      },
    );

  const launchAtOnce = launch('Launch replacements at once').addCatch(drain, {
    errors: ['States.ALL'],
    assign: notLaunched,
  });
  launchAtOnce.next(drain);
  const launchFirst = orRollBack(launch('Launch replacements'));
  launchFirst.next(
    choice('Are the replacements ready?')
      .when(sfn.Condition.jsonata("{% $launch = 'Failed' %}"), rollBack)
      .when(sfn.Condition.jsonata("{% $launch = 'Waiting' %}"), wait('Wait for the replacements', 10).next(launchFirst))
      .otherwise(drain),
  );
  const assessAgain = task(
    'Assess nodes again',
    fns.assessNodes,
    { ...assessment, tidied: '{% $tidied %}' },
    {
      ...assessed,
      reasons: '{% $append($reasons, $states.result.Payload.reasons) %}',
    },
  );
  const tidied = { tidied: '{% $append($tidied, [$of]) %}' };
  const tidyUp = task('Tidy up after a run that died', fns.rollBackNodes, { ...run, of: '{% $of %}' }, tidied)
    // Work on a node that is lost anyway goes on.
    .addCatch(assessAgain, { errors: ['States.ALL'], assign: tidied });
  tidyUp.next(assessAgain);
  const decide = choice('What is to be done?')
    .when(sfn.Condition.jsonata("{% $verdict = 'Forced' %}"), cordon('Cordon interrupted nodes').next(launchAtOnce))
    .when(sfn.Condition.jsonata("{% $verdict = 'Voluntary' %}"), cordon('Cordon nodes').next(launchFirst))
    .when(sfn.Condition.jsonata("{% $verdict = 'RollBack' %}"), rollBack)
    .when(sfn.Condition.jsonata("{% $verdict = 'TakeOver' %}"), tidyUp)
    .otherwise(report);
  assessAgain.addCatch(reportFailure, { errors: ['States.ALL'], assign: failure }).next(decide);

  const announce = publish('Announce the start', 'Workflow Started', { reasons: '{% $reasons %}' }).addCatch(decide, {
    errors: ['States.ALL'],
  });
  announce.next(decide);

  return task('Assess nodes', fns.assessNodes, assessment, { ...assessed, ...unstarted })
    .addCatch(reportFailure, { errors: ['States.ALL'], assign: { ...failure, ...unassessed } })
    .next(announce).startState;
}

const about = {
  workflow: 'node-replacement',
  cluster: '{% $cluster %}',
  subject: '{% $subject %}',
  executionArn: '{% $states.context.Execution.Id %}',
  startedAt: '{% $states.context.Execution.StartTime %}',
  why: '{% $why %}',
};

const allReasons = '{% $distinct($append($append($append($reasons, $drainDone), $drainReasons), $endReasons)) %}';
const finishedAt = '{% $states.context.State.EnteredTime %}';
const finished = { outcome: '{% $outcome %}', reasons: allReasons, finishedAt };
const failed = { outcome: 'Failed', reasons: allReasons, error: '{% $failure %}', finishedAt };

const result = {
  workflow: 'node-replacement',
  cluster: '{% $cluster %}',
  subject: '{% $subject %}',
  why: '{% $why %}',
  outcome: '{% $outcome %}',
  reasons: allReasons,
  plan: '{% $plan %}',
};

const none = '{% [] %}';

const assessment = {
  execution: '{% $states.context.Execution.Name %}',
  input: '{% $states.context.Execution.Input %}',
};

/** Lambda gives the error that a function threw as JSON (Step Functions developer guide, "Error handling"). */
const paused = {
  drainReasons: "{% [{'code': 'Paused', 'about': $cluster, 'text': $parse($states.errorOutput.Cause).errorMessage}] %}",
};

/** The function that launches did not answer; interrupted nodes are drained without it. */
const notLaunched = {
  reasons: "{% $append($reasons, [{'code': 'LaunchFailed', 'about': $subject, 'text': $states.errorOutput.Error}]) %}",
};

/** What the assessment learnt. */
const assessed = {
  cluster: '{% $states.result.Payload.cluster %}',
  subject: '{% $states.result.Payload.subject %}',
  why: '{% $states.result.Payload.why %}',
  execution: '{% $states.context.Execution.Name %}',
  startedAt: '{% $toMillis($states.context.Execution.StartTime) %}',
  verdict: '{% $states.result.Payload.verdict %}',
  outcome: '{% $states.result.Payload.outcome %}',
  targets: '{% $states.result.Payload.targets %}',
  reasons: '{% $states.result.Payload.reasons %}',
  plan: '{% $exists($states.result.Payload.plan) ? $states.result.Payload.plan : [] %}',
  of: '{% $exists($states.result.Payload.of) ? $states.result.Payload.of : $states.context.Execution.Name %}',
};

/** The starting values of everything that later states fill in. */
const unstarted = {
  tidied: none,
  drainDone: none,
  drainReasons: none,
  endReasons: none,
  blockedReported: false,
};

/** The same for an input that could not be assessed. */
const unassessed = {
  cluster:
    '{% $exists($states.context.Execution.Input.cluster) ? $string($states.context.Execution.Input.cluster) : "" %}',
  subject: '{% $states.context.Execution.Name %}',
  why: '',
  reasons: none,
  drainDone: none,
  drainReasons: none,
  endReasons: none,
};
