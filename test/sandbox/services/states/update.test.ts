import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { definitionOf, machineRole, TestStates } from './support.ts';

const otherRole = 'arn:aws:iam::000000000000:role/other';
const slow = { W: { Type: 'Wait', Seconds: 60, Next: 'P' }, P: { Type: 'Pass', Output: 'old', End: true } };
const quick = definitionOf({ P: { Type: 'Pass', Output: 'new', End: true } });

let states: TestStates;
let arn: string;

beforeEach(async () => {
  states = new TestStates([]);
  arn = await states.define('m', slow);
});

afterEach(() => states.close());

const update = (input: object) =>
  states.call<{ revisionId: string }>('UpdateStateMachine', { stateMachineArn: arn, ...input });
const describeMachine = () =>
  states.call<{ definition: string; roleArn: string; revisionId: string }>('DescribeStateMachine', {
    stateMachineArn: arn,
  });

describe('UpdateStateMachine', () => {
  it('concerns executions that start later; those that run keep the definition that they began with', async () => {
    const before = await states.start(arn);
    await update({ definition: quick });
    const after = await states.start(arn);
    expect((await states.ended(after)).output).toBe('new');
    expect((await states.ended(before)).output).toBe('old');
    expect(await states.call('DescribeStateMachineForExecution', { executionArn: before })).toMatchObject({
      definition: definitionOf(slow),
    });
  });

  it.each([
    ['definition', { definition: quick }, { definition: quick, roleArn: machineRole }],
    ['roleArn', { roleArn: otherRole }, { definition: definitionOf(slow), roleArn: otherRole }],
    ['both', { definition: quick, roleArn: otherRole }, { definition: quick, roleArn: otherRole }],
  ])('changes %s, leaves the rest and makes a new revision', async (_, input, expected) => {
    const { revisionId } = await describeMachine();
    const updated = await update(input);
    expect(updated.revisionId).not.toBe(revisionId);
    expect(await describeMachine()).toMatchObject({ ...expected, revisionId: updated.revisionId });
  });

  it.each([
    ['neither definition nor role', {}, 'MissingRequiredParameter'],
    ['a definition that cannot run', { definition: definitionOf({ P: { Type: 'Pass' } }) }, 'InvalidDefinition'],
    ['a machine that is not there', { stateMachineArn: 'arn:none', definition: quick }, 'StateMachineDoesNotExist'],
  ])('is refused with %s, and changes nothing', async (_, input, code) => {
    const before = await describeMachine();
    await expect(update(input)).rejects.toMatchObject({ code });
    expect(await describeMachine()).toEqual(before);
  });
});
