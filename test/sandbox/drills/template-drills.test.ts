import { describe, expect, it } from '@jest/globals';
import { drillNamed, drills } from '../../../sandbox/drills/drills.ts';
import { templateDrills } from '../../../sandbox/drills/template-drills.ts';
import type { Execution } from '../../../sandbox/services/states/execution.ts';
import type { Template } from '../../../sandbox/template/contract.ts';
import { bootStack } from '../template/boot-stack.ts';

const example = { 'eks-steward:drill': { cluster: 'demo', nested: [1] } };
const machine = (Properties: object, Metadata?: object) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: Properties as Record<string, string>,
  ...(Metadata && { Metadata: Metadata as Record<string, string> }),
});
const template = {
  Resources: {
    Check: machine({ StateMachineName: 'Stack-check' }, example),
    Other: machine({ StateMachineName: 'Stack-other' }, { 'aws:cdk:path': 'a/b' }),
    Unnamed: machine({}, example),
    Queue: { Type: 'AWS::SQS::Queue', Metadata: example },
  },
};

describe('the drills of a template', () => {
  it('are its named state machines that carry an example, without the name of the stack', () => {
    expect(Object.keys(templateDrills(template, 'Stack'))).toEqual(['check']);
  });

  it('stand beside the others in the refusal of an unknown name', () => {
    const all = { ...drills, ...templateDrills(template, 'Stack') };
    expect(() => drillNamed('earthquake', all)).toThrow(/spot-interruption, .*, check, or a \.json file/);
    expect(() => drillNamed('toString', all)).toThrow("'toString'");
  });

  it('start the machine with the example as its input', async () => {
    const definition = { QueryLanguage: 'JSONata', StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
    const role = { 'Fn::GetAtt': ['Role', 'Arn'] };
    const own: Template = {
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
        Check: {
          ...machine({ StateMachineName: 'Stack-check' }, example),
          Properties: { StateMachineName: 'Stack-check', DefinitionString: JSON.stringify(definition), RoleArn: role },
        },
      },
    };
    const sandbox = await bootStack(own);
    try {
      const seen: Execution[] = [];
      sandbox.states.onTransition((execution, { type }) => type === 'ExecutionStarted' && seen.push(execution));
      await templateDrills(own, 'Stack')['check']?.(sandbox);
      await sandbox.untilIdle();
      expect(seen).toMatchObject([{ status: 'SUCCEEDED', inputValue: example['eks-steward:drill'] }]);
    } finally {
      await sandbox.close();
    }
  });
});
