import { expect, it } from '@jest/globals';
import type { Executions } from '../../../shared/aws/executions.ts';

interface ExecutionsLab {
  readonly executions: Executions;
  /** A machine whose executions wait until they are ended. */
  readonly machine: string;
  readonly end: (name: string) => Promise<void>;
}

/** What Step Functions does, whoever asks. */
export function executionsSuite(open: () => Promise<ExecutionsLab>): void {
  it('starts one execution for a name, however often it is asked while it runs', async () => {
    const { executions, machine } = await open();
    expect(await executions.start(machine, 'run', { n: 1 })).toBe('Started');
    expect(await executions.start(machine, 'run', { n: 1 })).toBe('Started');
    expect(await executions.start(machine, 'run', { n: 2 })).toBe('Exists');
  });

  it('never starts a name again that has ended', async () => {
    const { executions, machine, end } = await open();
    await executions.start(machine, 'run', { n: 1 });
    await end('run');
    expect(await executions.start(machine, 'run', { n: 1 })).toBe('Exists');
  });

  it('says which executions run: not those that ended, nor those that nobody knows', async () => {
    const { executions, machine, end } = await open();
    await executions.start(machine, 'run', {});
    expect(await executions.look(machine, 'run')).toMatchObject({ running: true });
    await end('run');
    expect(await executions.look(machine, 'run')).toMatchObject({ running: false });
    expect(await executions.look(machine, 'other')).toEqual({ running: false, redrivenAt: undefined });
  });
}
