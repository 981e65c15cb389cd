/** Spot instances of an experiment, as CreateExperimentTemplate has them. */
export interface TargetInput {
  readonly resourceType: string;
  readonly selectionMode: string;
  readonly resourceArns?: readonly string[];
  readonly resourceTags?: Readonly<Record<string, string>>;
  readonly filters?: readonly { readonly path: string; readonly values: readonly string[] }[];
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface ActionInput {
  readonly actionId: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The name that the action gives its target, and the name of the template's. */
  readonly targets?: Readonly<Record<string, string>>;
  readonly startAfter?: readonly string[];
}

/** https://docs.aws.amazon.com/fis/latest/APIReference/API_CreateExperimentTemplate.html */
export interface TemplateInput {
  readonly clientToken: string;
  readonly description: string;
  readonly stopConditions: readonly { readonly source: string; readonly value?: string }[];
  readonly targets?: Readonly<Record<string, TargetInput>>;
  readonly actions: Readonly<Record<string, ActionInput>>;
  readonly roleArn: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly experimentOptions?: { readonly accountTargeting?: string; readonly emptyTargetResolutionMode?: string };
}

export interface Template {
  readonly id: string;
  readonly arn: string;
  readonly given: TemplateInput;
  readonly createdAt: Date;
}

/** https://docs.aws.amazon.com/fis/latest/APIReference/API_StartExperiment.html */
export interface StartInput {
  readonly clientToken: string;
  readonly experimentTemplateId: string;
  readonly experimentOptions?: { readonly actionsMode?: string };
  readonly tags?: Readonly<Record<string, string>>;
}

type Status = 'pending' | 'initiating' | 'running' | 'completed' | 'stopping' | 'stopped' | 'failed';
export type ActionStatus = Status | 'cancelled' | 'skipped';

export interface State {
  readonly status: Status;
  readonly reason: string;
  readonly error?: { readonly accountId: string; readonly code: string; readonly location: string };
}

export interface ActionRun {
  readonly given: ActionInput;
  state: { readonly status: ActionStatus; readonly reason: string };
  startedAt?: Date;
  endedAt?: Date;
}

export interface Experiment {
  readonly id: string;
  readonly arn: string;
  /** As it was when the experiment was started. */
  readonly template: Template;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly actions: ReadonlyMap<string, ActionRun>;
  state: State;
  endedAt?: Date;
}

/**
 * Why an experiment fails. Codes: https://docs.aws.amazon.com/fis/latest/userguide/troubleshooting.html, which also says that nobody should
 * rely on the words of a reason.
 */
export class ExperimentFailure extends Error {
  override readonly name = 'ExperimentFailure';
  readonly code: 'InvalidTarget' | 'QuotaExceededFailure' | 'AuthorizationFailure' | 'NotImplementedInSandbox';
  /** The action or the target of the template. */
  readonly location: string;

  constructor(code: ExperimentFailure['code'], location: string, reason: string) {
    super(reason);
    this.code = code;
    this.location = location;
  }
}
