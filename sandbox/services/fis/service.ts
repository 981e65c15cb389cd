import { arnOf } from '../../aws/arn.ts';
import type { Service } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import { actionArn, actionSummaries, describeAction } from './actions.ts';
import { invalid } from './check-text.ts';
import type { ActionInput, Experiment, StartInput, Template, TemplateInput } from './contract.ts';
import type { Experiments } from './experiments.ts';
import type { Templates } from './templates.ts';

const listing = ['maxResults', 'nextToken'];

/** Members that take effect. */
const uses = {
  CreateExperimentTemplate: [
    'clientToken',
    'description',
    'stopConditions',
    'targets',
    'actions',
    'roleArn',
    'tags',
    'experimentOptions',
  ],
  StartExperiment: ['clientToken', 'experimentTemplateId', 'experimentOptions', 'tags'],
  ListExperimentTemplates: listing,
  ListExperiments: [...listing, 'experimentTemplateId'],
  ListActions: listing,
};

interface ById {
  readonly id: string;
}

interface Page {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/** AWS Fault Injection Service, with the one action that interrupts Spot instances. */
export function fisService(templates: Templates, experiments: Experiments): Service {
  return {
    name: 'fis',
    uses,
    operations: {
      CreateExperimentTemplate: (input: TemplateInput) => ({
        experimentTemplate: describeTemplate(templates.create(input)),
      }),
      GetExperimentTemplate: ({ id }: ById) => ({ experimentTemplate: describeTemplate(templates.get(id)) }),
      DeleteExperimentTemplate: ({ id }: ById) => ({ experimentTemplate: describeTemplate(templates.remove(id)) }),
      ListExperimentTemplates: (input: Page) => {
        const { items, next } = page(templates.all().map(summarizeTemplate), input);
        return { experimentTemplates: items, nextToken: next };
      },
      StartExperiment: (input: StartInput) => ({ experiment: describeExperiment(experiments.start(input)) }),
      GetExperiment: ({ id }: ById) => ({ experiment: describeExperiment(experiments.get(id)) }),
      StopExperiment: ({ id }: ById) => ({ experiment: describeExperiment(experiments.stop(id)) }),
      ListExperiments: ({ experimentTemplateId: of, ...input }: Page & { experimentTemplateId?: string }) => {
        const chosen = experiments.all().filter(({ template }) => of === undefined || template.id === of);
        const { items, next } = page(chosen.map(summarizeExperiment), input);
        return { experiments: items, nextToken: next };
      },
      ListActions: (input: Page) => {
        const { items, next } = page(actionSummaries, input);
        return { actions: items, nextToken: next };
      },
      GetAction: ({ id }: ById) => ({ action: describeAction(id) }),
    },
    facts: (operation, input) => factsOf(operation, input, templates, experiments),
  };
}

/** "Minimum value of 1. Maximum value of 100": API_ListExperiments and the other lists. */
function page<Item>(all: readonly Item[], { maxResults = 100, nextToken }: Page) {
  if (maxResults < 1 || maxResults > 100) throw invalid('maxResults is between 1 and 100');
  return pageOf(all, maxResults, nextToken, 'ValidationException');
}

function optionsOf({ given }: Template) {
  const { accountTargeting = 'single-account', emptyTargetResolutionMode = 'fail' } = given.experimentOptions ?? {};
  return { accountTargeting, emptyTargetResolutionMode };
}

function summarizeTemplate({ id, arn, given, createdAt }: Template) {
  const { description, tags = {} } = given;
  return { id, arn, description, creationTime: createdAt, lastUpdateTime: createdAt, tags };
}

function describeTemplate(template: Template) {
  const { targets = {}, actions, stopConditions, roleArn } = template.given;
  return {
    ...summarizeTemplate(template),
    targets,
    actions,
    stopConditions,
    roleArn,
    experimentOptions: optionsOf(template),
    targetAccountConfigurationsCount: 0,
  };
}

function summarizeExperiment({ id, arn, template, state, createdAt, tags }: Experiment) {
  const experimentOptions = { ...optionsOf(template), actionsMode: 'run-all' };
  return { id, arn, experimentTemplateId: template.id, state, creationTime: createdAt, tags, experimentOptions };
}

function describeExperiment(experiment: Experiment) {
  const { template, actions, createdAt, endedAt } = experiment;
  const { roleArn, targets = {}, stopConditions } = template.given;
  return {
    ...summarizeExperiment(experiment),
    roleArn,
    targets,
    actions: Object.fromEntries(
      [...actions].map(([name, { given, state, startedAt, endedAt: ended }]) => [
        name,
        { ...given, state, startTime: startedAt, endTime: ended },
      ]),
    ),
    stopConditions,
    startTime: createdAt,
    endTime: endedAt,
    targetAccountConfigurationsCount: 0,
  };
}

/**
 * What calls of a role are about, beyond one id: a template and its actions when it is made, a template and the experiment when one is started.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_fis.html
 */
function factsOf(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  templates: Templates,
  experiments: Experiments,
) {
  if (operation === 'CreateExperimentTemplate') {
    const actions = Object.values(input['actions'] as Readonly<Record<string, ActionInput>>);
    return {
      resources: [arnOf('fis', 'experiment-template/*'), ...actions.map(({ actionId }) => actionArn(actionId))],
    };
  }
  const id = String(input['experimentTemplateId'] ?? input['id']);
  const template = templates.find(id);
  const tags = template?.given.tags ?? experiments.find(id)?.tags ?? {};
  const keys = Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
  if (operation !== 'StartExperiment') return { keys };
  return template ? { resources: [template.arn, arnOf('fis', 'experiment/*')], keysOf: { [template.arn]: keys } } : {};
}
