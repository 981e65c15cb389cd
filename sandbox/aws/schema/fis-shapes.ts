/**
 * The shapes of AWS FIS, written down by hand in the form of the SDK's schemas, as far as the sandbox has its operations: the package
 * `@aws-sdk/client-fis` cannot be had at the version of the other clients. Members, paths and status codes:
 * https://docs.aws.amazon.com/fis/latest/APIReference/API_Operations.html and the pages of its data types.
 */
const namespace = 'com.amazonaws.fis';

type Shape = number | string | readonly unknown[];
type Members = Readonly<Record<string, Shape>>;

const text = 0;
const flag = 2;
const time = 4;
const texts = 64;
const textMap = 128;
const label = [text, 1];
/** Clients make it up when it is not given. */
const token = [text, 4];
/** No members; also of operations that are not here, so that they are refused by their own names. */
const none = 'unit';

const query = (shape: number, httpQuery: string) => [shape, { httpQuery }];
const list = (name: string, member: Shape) => [1, namespace, name, 0, member];
const map = (name: string, value: Shape) => [2, namespace, name, 0, text, value];

function structure(name: string, required: Members, optional: Members = {}): Shape {
  const all = { ...required, ...optional };
  return [3, namespace, name, 0, Object.keys(all), Object.values(all), Object.keys(required).length];
}

const error = (name: string, httpError: number) => [
  -3,
  namespace,
  name,
  { error: 'client', httpError },
  ['message'],
  [text],
];

function operation(name: string, route: string, input: Shape = none, output: Shape = none): readonly unknown[] {
  return [9, namespace, name, { http: [...route.split(' '), 200] }, input, output];
}

const filterOf = (name: string) => structure(name, { path: text, values: texts });
const target = structure(
  'CreateExperimentTemplateTargetInput',
  { resourceType: text, selectionMode: text },
  { resourceArns: texts, resourceTags: textMap, filters: list('Filters', filterOf('Filter')), parameters: textMap },
);
const targets = map('Targets', target);
const action = { description: text, parameters: textMap, targets: textMap, startAfter: texts };
const stopConditions = list('StopConditions', structure('StopCondition', { source: text }, { value: text }));
const templateOptions = structure('TemplateOptions', {}, { accountTargeting: text, emptyTargetResolutionMode: text });
const cloudWatchLogs = structure('CloudWatchLogs', { logGroupArn: text });
const s3 = structure('S3', { bucketName: text }, { prefix: text });
const logging = structure(
  'LogConfiguration',
  { logSchemaVersion: 1 },
  { cloudWatchLogsConfiguration: cloudWatchLogs, s3Configuration: s3 },
);

/** Refused by its name, so what it holds does not matter. */
const report = 15;

const templateInput = structure(
  'CreateExperimentTemplateRequest',
  {
    clientToken: token,
    description: text,
    stopConditions,
    actions: map('Actions', structure('CreateExperimentTemplateActionInput', { actionId: text }, action)),
    roleArn: text,
  },
  {
    targets,
    tags: textMap,
    logConfiguration: logging,
    experimentOptions: templateOptions,
    experimentReportConfiguration: report,
  },
);

const templateSummary = {
  id: text,
  arn: text,
  description: text,
  creationTime: time,
  lastUpdateTime: time,
  tags: textMap,
};
const template = structure(
  'ExperimentTemplate',
  {},
  {
    ...templateSummary,
    targets,
    actions: map('TemplateActions', structure('ExperimentTemplateAction', {}, { actionId: text, ...action })),
    stopConditions,
    roleArn: text,
    experimentOptions: templateOptions,
    targetAccountConfigurationsCount: 1,
  },
);

const failure = structure('ExperimentError', {}, { accountId: text, code: text, location: text });
const state = structure('ExperimentState', {}, { status: text, reason: text, error: failure });
const actionState = structure('ExperimentActionState', {}, { status: text, reason: text });
const options = structure(
  'ExperimentOptions',
  {},
  { accountTargeting: text, emptyTargetResolutionMode: text, actionsMode: text },
);
const experimentAction = structure(
  'ExperimentAction',
  {},
  { actionId: text, ...action, state: actionState, startTime: time, endTime: time },
);
const experimentSummary = {
  id: text,
  arn: text,
  experimentTemplateId: text,
  state,
  creationTime: time,
  tags: textMap,
  experimentOptions: options,
};
const experiment = structure(
  'Experiment',
  {},
  {
    ...experimentSummary,
    roleArn: text,
    targets,
    actions: map('ExperimentActions', experimentAction),
    stopConditions,
    startTime: time,
    endTime: time,
    targetAccountConfigurationsCount: 1,
  },
);

const actionTargets = map('ActionTargets', structure('ActionTarget', {}, { resourceType: text }));
const actionSummary = { id: text, arn: text, description: text, targets: actionTargets, tags: textMap };
const parameters = map('ActionParameters', structure('ActionParameter', {}, { description: text, required: flag }));

const byId = structure('ById', { id: label });
const page = { maxResults: query(1, 'maxResults'), nextToken: query(text, 'nextToken') };
const oneTemplate = structure('TemplateResponse', {}, { experimentTemplate: template });
const oneExperiment = structure('ExperimentResponse', {}, { experiment });

function listed(member: string, summary: Members): Shape {
  return structure(
    `${member}Response`,
    {},
    { [member]: list(member, structure(`${member}Summary`, {}, summary)), nextToken: text },
  );
}

const operations = [
  operation('CreateExperimentTemplate', 'POST /experimentTemplates', templateInput, oneTemplate),
  operation('GetExperimentTemplate', 'GET /experimentTemplates/{id}', byId, oneTemplate),
  operation('DeleteExperimentTemplate', 'DELETE /experimentTemplates/{id}', byId, oneTemplate),
  operation(
    'ListExperimentTemplates',
    'GET /experimentTemplates',
    structure('ListExperimentTemplatesRequest', {}, page),
    listed('experimentTemplates', templateSummary),
  ),
  operation(
    'StartExperiment',
    'POST /experiments',
    structure(
      'StartExperimentRequest',
      { clientToken: token, experimentTemplateId: text },
      { experimentOptions: structure('StartOptions', {}, { actionsMode: text }), tags: textMap },
    ),
    oneExperiment,
  ),
  operation('GetExperiment', 'GET /experiments/{id}', byId, oneExperiment),
  operation('StopExperiment', 'DELETE /experiments/{id}', byId, oneExperiment),
  operation(
    'ListExperiments',
    'GET /experiments',
    structure('ListExperimentsRequest', {}, { ...page, experimentTemplateId: query(text, 'experimentTemplateId') }),
    listed('experiments', experimentSummary),
  ),
  operation('ListActions', 'GET /actions', structure('ListActionsRequest', {}, page), listed('actions', actionSummary)),
  operation(
    'GetAction',
    'GET /actions/{id}',
    byId,
    structure('GetActionResponse', {}, { action: structure('Action', {}, { ...actionSummary, parameters }) }),
  ),
  operation('UpdateExperimentTemplate', 'PATCH /experimentTemplates/{id}'),
  operation('ListExperimentResolvedTargets', 'GET /experiments/{id}/resolvedTargets'),
  operation('GetTargetResourceType', 'GET /targetResourceTypes/{resourceType}'),
  operation('ListTargetResourceTypes', 'GET /targetResourceTypes'),
  operation('ListTagsForResource', 'GET /tags/{resourceArn}'),
  operation('TagResource', 'POST /tags/{resourceArn}'),
  operation('UntagResource', 'DELETE /tags/{resourceArn}'),
  operation('GetSafetyLever', 'GET /safetyLevers/{id}'),
  operation('UpdateSafetyLeverState', 'PATCH /safetyLevers/{id}/state'),
];

const errors = [
  error('ValidationException', 400),
  error('ConflictException', 409),
  error('ResourceNotFoundException', 404),
  error('ServiceQuotaExceededException', 402),
];

/** By the names that the exports of an SDK client have. */
export const fisShapes: Readonly<Record<string, Shape>> = Object.fromEntries(
  [...operations, ...errors].map((shape) => [`${String(shape[2])}$`, shape]),
);
