import { type ActionTable, arn, on } from './rule.ts';

const queue = arn('sqs', '{QueueUrl:name}');
const topic = '{TopicArn}';
const execution = '{executionArn}';
const machine = '{stateMachineArn}';

/** Queues, topics, events, schedules and state machines. */
export const messagingActions: ActionTable = {
  sqs: {
    ...on(
      queue,
      'SendMessage',
      'ReceiveMessage',
      'DeleteMessage',
      'ChangeMessageVisibility',
      'GetQueueAttributes',
      'SetQueueAttributes',
    ),
    ...on(queue, 'PurgeQueue', 'DeleteQueue', 'ListQueueTags', 'TagQueue', 'UntagQueue', 'ListDeadLetterSourceQueues'),
    ...on(arn('sqs', '{QueueName}'), 'GetQueueUrl', 'CreateQueue'),
    ...on('{SourceArn}', 'StartMessageMoveTask', 'ListMessageMoveTasks'),
    ...on(arn('sqs', '*'), 'ListQueues'),
    SendMessageBatch: { action: 'SendMessage', resource: queue },
    DeleteMessageBatch: { action: 'DeleteMessage', resource: queue },
    ChangeMessageVisibilityBatch: { action: 'ChangeMessageVisibility', resource: queue },
  },
  sns: {
    ...on(topic, 'Publish', 'Subscribe', 'ConfirmSubscription', 'ListSubscriptionsByTopic'),
    ...on(topic, 'GetTopicAttributes', 'SetTopicAttributes', 'DeleteTopic'),
    ...on(arn('sns', '{Name}'), 'CreateTopic'),
    ...on('{SubscriptionArn}', 'Unsubscribe'),
    ...on('*', 'ListTopics', 'ListSubscriptions'),
  },
  states: {
    ...on(
      machine,
      'StartExecution',
      'StartSyncExecution',
      'DescribeStateMachine',
      'UpdateStateMachine',
      'DeleteStateMachine',
    ),
    ...on(machine, 'ListExecutions'),
    ...on(
      execution,
      'DescribeExecution',
      'StopExecution',
      'GetExecutionHistory',
      'RedriveExecution',
      'DescribeStateMachineForExecution',
    ),
    ...on(
      '*',
      'SendTaskSuccess',
      'SendTaskFailure',
      'SendTaskHeartbeat',
      'ListStateMachines',
      'CreateStateMachine',
      'ValidateStateMachineDefinition',
    ),
    ...on('*', 'TestState'),
  },
  events: {
    PutEvents: { resource: arn('events', 'event-bus/{Entries[].EventBusName=default}') },
    ...on(
      arn('events', 'rule/{EventBusName:bus}{Name|Rule}'),
      'PutRule',
      'DescribeRule',
      'EnableRule',
      'DisableRule',
      'DeleteRule',
      'PutTargets',
    ),
    ...on(arn('events', 'rule/{EventBusName:bus}{Name|Rule}'), 'RemoveTargets', 'ListTargetsByRule'),
    ...on(arn('events', 'event-bus/{Name=default}'), 'DescribeEventBus'),
    ...on('*', 'ListRules', 'ListEventBuses', 'TestEventPattern'),
  },
  scheduler: {
    ...on(
      arn('scheduler', 'schedule/{GroupName=default}/{Name}'),
      'CreateSchedule',
      'GetSchedule',
      'UpdateSchedule',
      'DeleteSchedule',
    ),
    ...on(arn('scheduler', 'schedule-group/{Name}'), 'CreateScheduleGroup', 'GetScheduleGroup', 'DeleteScheduleGroup'),
    ...on('*', 'ListSchedules', 'ListScheduleGroups'),
  },
};
