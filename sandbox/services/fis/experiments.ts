import { arnOf } from '../../aws/arn.ts';
import { AwsError, account, notImplemented } from '../../aws/contract.ts';
import type { SandboxClock, Timer } from '../../clock.ts';
import type { NewEvent } from '../events/contract.ts';
import { checkLength, checkTags, invalid } from './check-text.ts';
import {
  type ActionRun,
  type ActionStatus,
  type Experiment,
  ExperimentFailure,
  type StartInput,
  type State,
} from './contract.ts';
import { checkInterruptions, type Interruption, type InterruptionParts, planInterruptions } from './interruptions.ts';
import { fisId, fisTokens, type Templates } from './templates.ts';

/**
 * Milliseconds in a state. FIS promises none; in the example of `aws fis get-experiment` in the AWS CLI reference an experiment began 0.3 s after
 * its creation and ended 12.3 s later.
 */
const times = { initiating: 300, running: 12_345, stopping: 300 };

/** "Active experiments: 5": https://docs.aws.amazon.com/general/latest/gr/fis.html */
const mostActive = 5;

export interface ExperimentParts extends InterruptionParts {
  readonly clock: SandboxClock;
  readonly templates: Templates;
  readonly emit: (event: NewEvent) => void;
}

/** The experiments, their states and their timers on the sandbox's clock. */
export class Experiments {
  readonly #parts: ExperimentParts;
  readonly #experiments = new Map<string, Experiment>();
  readonly #timers = new Map<Experiment, Timer>();
  readonly #tokens = fisTokens();

  constructor(parts: ExperimentParts) {
    this.#parts = parts;
  }

  /** Experiments that have not come to their end. */
  get open(): number {
    return this.#timers.size;
  }

  all(): Experiment[] {
    return [...this.#experiments.values()];
  }

  find(id: string): Experiment | undefined {
    return this.#experiments.get(id);
  }

  /** Throws `ResourceNotFoundException`. */
  get(id: string): Experiment {
    const experiment = this.find(id);
    if (experiment) return experiment;
    throw new AwsError('ResourceNotFoundException', `Experiment ${id} does not exist.`, 404);
  }

  start(input: StartInput): Experiment {
    return this.#tokens.once('StartExperiment', input.clientToken, input, () => {
      checkStart(input);
      const template = this.#parts.templates.get(input.experimentTemplateId);
      if (this.open >= mostActive)
        throw new AwsError('ServiceQuotaExceededException', `There are ${mostActive} active experiments.`, 402);
      const id = fisId('EXP', this.#parts.random);
      const initial = { status: 'pending', reason: 'Initial state' } as const;
      const actions = Object.entries(template.given.actions);
      const experiment: Experiment = {
        id,
        arn: arnOf('fis', `experiment/${id}`),
        template,
        tags: input.tags ?? {},
        createdAt: this.#parts.clock.date(),
        actions: new Map(actions.map(([name, given]): [string, ActionRun] => [name, { given, state: initial }])),
        state: initial,
      };
      this.#experiments.set(id, experiment);
      this.#enter(experiment, { status: 'initiating', reason: 'Experiment is initiating.' });
      this.#after(experiment, times.initiating, () => this.#run(experiment));
      return experiment;
    });
  }

  /**
   * What has been sent is not taken back: "any post actions that have not been completed for an action are completed before the experiment
   * stops" (https://docs.aws.amazon.com/fis/latest/userguide/stop-experiment.html), and this action has none. Throws `ValidationException`
   * for an experiment that has come to its end.
   */
  stop(id: string): Experiment {
    const experiment = this.get(id);
    const { status } = experiment.state;
    if (status === 'stopping') return experiment;
    if (!this.#timers.has(experiment)) throw invalid(`experiment ${id} is ${status}: it cannot be stopped`);
    this.#enter(experiment, { status: 'stopping', reason: 'Stopping Experiment.' });
    this.#move(experiment, 'pending', 'cancelled', 'Experiment was stopped before the action.');
    this.#move(experiment, 'running', 'stopping', 'Stopping action.');
    this.#after(experiment, times.stopping, () => {
      this.#move(experiment, 'stopping', 'stopped', 'Action was stopped.');
      this.#end(experiment, { status: 'stopped', reason: 'Experiment was stopped.' });
    });
    return experiment;
  }

  close(): void {
    for (const timer of this.#timers.values()) this.#parts.clock.cancel(timer);
  }

  #run(experiment: Experiment): void {
    try {
      const plan = planInterruptions(experiment, this.#parts);
      this.#enter(experiment, { status: 'running', reason: 'Experiment is running.' });
      checkInterruptions(experiment, plan, this.#parts);
      for (const interruption of plan) this.#send(experiment, interruption);
    } catch (error) {
      if (!(error instanceof ExperimentFailure)) throw error;
      this.#fail(experiment, error);
      return;
    }
    this.#after(experiment, times.running, () => {
      this.#move(experiment, 'running', 'completed', 'Action was completed.');
      this.#end(experiment, { status: 'completed', reason: 'Experiment completed.' });
    });
  }

  #send(experiment: Experiment, { action, instances, before }: Interruption): void {
    const run = experiment.actions.get(action);
    if (!run) throw new Error(`${experiment.id} has no action ${action}`);
    if (instances.length === 0) {
      run.state = { status: 'skipped', reason: 'Target resolution returned empty set.' };
      return;
    }
    for (const { instanceId } of instances) this.#parts.world.experimentOnSpot(instanceId, before);
    run.state = { status: 'running', reason: 'Action is running.' };
    run.startedAt = this.#parts.clock.date();
  }

  #fail(experiment: Experiment, { code, location, message }: ExperimentFailure): void {
    const run = experiment.actions.get(location);
    if (run) run.state = { status: 'failed', reason: message };
    this.#move(experiment, 'pending', 'cancelled', 'Experiment failed before the action.');
    this.#end(experiment, { status: 'failed', reason: message, error: { accountId: account, code, location } });
  }

  #end(experiment: Experiment, state: State): void {
    experiment.endedAt = this.#parts.clock.date();
    this.#timers.delete(experiment);
    this.#enter(experiment, state);
  }

  #after(experiment: Experiment, milliseconds: number, act: () => void): void {
    this.#parts.clock.cancel(this.#timers.get(experiment));
    this.#timers.set(experiment, this.#parts.clock.after(milliseconds, act));
  }

  #move(experiment: Experiment, from: ActionStatus, status: ActionStatus, reason: string): void {
    for (const run of experiment.actions.values()) {
      if (run.state.status !== from) continue;
      run.state = { status, reason };
      if (run.startedAt && status !== 'stopping') run.endedAt = this.#parts.clock.date();
    }
  }

  /** https://docs.aws.amazon.com/fis/latest/userguide/monitoring-eventbridge.html */
  #enter(experiment: Experiment, state: State): void {
    const { status, reason } = experiment.state;
    experiment.state = state;
    this.#parts.emit({
      source: 'aws.fis',
      detailType: 'FIS Experiment State Change',
      resources: [experiment.arn],
      detail: {
        'experiment-id': experiment.id,
        'experiment-template-id': experiment.template.id,
        'new-state': { status: state.status, reason: state.reason },
        'old-state': { status, reason },
      },
    });
  }
}

function checkStart({ clientToken, experimentOptions: { actionsMode = 'run-all' } = {}, tags = {} }: StartInput): void {
  checkLength('clientToken', clientToken, 1_024);
  checkTags('tags', tags);
  if (actionsMode === 'skip-all') throw notImplemented('the actionsMode skip-all of fis:StartExperiment');
  if (actionsMode !== 'run-all') throw invalid(`actionsMode '${actionsMode}'`);
}
