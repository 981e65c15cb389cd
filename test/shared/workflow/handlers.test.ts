import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Context, SQSEvent } from 'aws-lambda';
import { environmentNames } from '../../../functions/intake/contract.ts';
import { workflows } from '../../../functions/workflows.ts';
import { taskErrors, UnexpectedError } from '../../../shared/runtime/errors.ts';
import { defineConsumer } from '../../../shared/workflow/define-consumer.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { kebab, type TaskContract } from '../../../shared/workflow/define-workflow.ts';
import { variables } from '../../../shared/workflow/needs.ts';

type Handler = (event: unknown, context: Context) => Promise<unknown>;
type Connectors = Readonly<Record<string, () => () => unknown>>;

/** Lambda's context with so many milliseconds left. */
const withLeft = (milliseconds: number) =>
  ({ functionName: 'test', getRemainingTimeInMillis: () => milliseconds }) as unknown as Context;

/** A port, or what opens one, whose every call is this. */
function portOf(call: () => Promise<unknown>): unknown {
  return new Proxy(call, { get: () => call, apply: () => call() });
}

const tasks = workflows.flatMap((workflow) =>
  Object.entries<TaskContract>(workflow.tasks).map(([task, contract]) => ({ workflow: workflow.name, task, contract })),
);

/** By convention: the task is exported by its name from its file, and test/functions/<workflow>/inputs.ts has an input of each. */
async function load(workflow: string, task: string) {
  const files = [`../../../functions/${workflow}/tasks/${kebab(task)}.ts`, `../../functions/${workflow}/inputs.ts`];
  const [module, { inputs }] = (await Promise.all(files.map((file) => import(file)))) as [
    Record<string, unknown>,
    { inputs: Record<string, unknown> },
  ];
  return { handler: module['handler'] as Handler, run: module[task] as () => never, input: inputs[task] };
}

/** The handler of a task whose ports are all this. */
function handlerWith(contract: TaskContract, run: () => never, port: unknown): Handler {
  const connectors: Connectors = Object.fromEntries(
    Object.keys(contract.needs).map((name) => [name, () => () => port]),
  );
  return defineTask(contract, connectors as never, run) as unknown as Handler;
}

const records = (body: string): SQSEvent =>
  ({
    Records: [{ messageId: 'm', body, receiptHandle: 'r', eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:other' }],
  }) as unknown as SQSEvent;

describe('a function whose time is nearly over', () => {
  const sockets = new Set<Socket>();
  const before = { ...process.env };
  let mute: Server;

  // AWS takes the connection and never answers.
  beforeAll(async () => {
    mute = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    const url = `http://127.0.0.1:${port}`;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...Object.fromEntries(Object.values(variables).map((name) => [name, 'eks-steward'])),
      [environmentNames.urgentUrl]: `${url}/123456789012/urgent`,
      [environmentNames.otherUrl]: `${url}/123456789012/other`,
      [environmentNames.quarantineUrl]: `${url}/123456789012/quarantine`,
      [environmentNames.clusters]: 'demo=public',
      [environmentNames.machines]: 'arn:aws:states:eu-west-1:123456789012:stateMachine:eks-steward',
      [environmentNames.account]: '123456789012',
    });
  });

  afterAll(async () => {
    process.env = before;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });

  it.each(tasks)(
    'says so by a name that is retried, in $workflow $task, while AWS does not answer',
    async ({ workflow, task }) => {
      const { handler, input } = await load(workflow, task);
      await expect(handler(input, withLeft(50))).rejects.toMatchObject({ name: 'OutOfTimeError' });
      expect(taskErrors.OutOfTimeError).toBe('transient');
    },
  );

  it.each(tasks)('says so in $workflow $task while a port does not answer', async ({ workflow, task, contract }) => {
    const { run, input } = await load(workflow, task);
    const handler = handlerWith(
      contract,
      run,
      portOf(() => new Promise<never>(() => undefined)),
    );
    await expect(handler(input, withLeft(50))).rejects.toMatchObject({ name: 'OutOfTimeError' });
  });

  it('says so in intake, whose messages then come again', async () => {
    const { handler } = (await import('../../../functions/intake/handle-inbox.ts')) as { handler: unknown };
    const warning = {
      source: 'aws.ec2',
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      account: '123456789012',
      region: 'eu-west-1',
      time: '2026-11-24T09:59:58Z',
      detail: { 'instance-id': 'i-0b662ef9931388ba0', 'instance-action': 'terminate' },
    };
    const call = (handler as Handler)(records(JSON.stringify(warning)), withLeft(50));
    await expect(call).rejects.toMatchObject({ name: 'OutOfTimeError' });
  });
});

describe('a bug', () => {
  const bug = new TypeError("cannot read properties of undefined (reading 'x')");

  it.each(tasks)(
    'leaves $workflow $task as UnexpectedError with its cause, which is not retried',
    async ({ workflow, task, contract }) => {
      const { run, input } = await load(workflow, task);
      const failure = handlerWith(
        contract,
        run,
        portOf(() => Promise.reject(bug)),
      )(input, withLeft(60_000));
      await expect(failure).rejects.toBeInstanceOf(UnexpectedError);
      await expect(failure).rejects.toMatchObject({
        name: 'UnexpectedError',
        cause: bug,
        message: `TypeError: ${bug.message}`,
      });
      expect(taskErrors.UnexpectedError).toBe('terminal');
    },
  );

  it('leaves a consumer as UnexpectedError with its cause', async () => {
    const handler = defineConsumer(() => Promise.reject(bug)) as unknown as Handler;
    await expect(handler(records('x'), withLeft(60_000))).rejects.toMatchObject({
      name: 'UnexpectedError',
      cause: bug,
    });
  });

  it('in the output of a task is one too, never an answer', async () => {
    for (const { workflow, task, contract } of tasks) {
      const { input } = await load(workflow, task);
      const handler = handlerWith(contract, (() => async () => ({ nonsense: true })) as () => never, undefined);
      await expect(handler(input, withLeft(60_000))).rejects.toMatchObject({ name: 'UnexpectedError' });
    }
  });
});

describe('an input that does not fit', () => {
  it.each(tasks)(
    'is refused by $workflow $task with its paths, before anything is connected',
    async ({ workflow, task, contract }) => {
      const { run } = await load(workflow, task);
      const handler = handlerWith(contract, run, undefined);
      await expect(handler({ unknown: 1 }, withLeft(60_000))).rejects.toMatchObject({
        name: 'InvalidInputError',
        message: expect.stringMatching(/unknown/),
      });
    },
  );
});
