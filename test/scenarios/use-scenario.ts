import { afterAll, afterEach, beforeAll, beforeEach, expect, jest } from '@jest/globals';
import type { ExecutionResult } from '../../sandbox/console/results.ts';
import { Scenario, type ScenarioOptions } from './scenario.ts';

/** The scenario of the running test. */
export let scenario: Scenario;
let running = false;

/** Functions run in processes of their own; a busy machine takes its time over many of them. */
const patience = 240_000;

/** Begins a scenario for a test that wants another one than those around it; the one before, if there is one, ends. */
export async function begin(options?: ScenarioOptions): Promise<void> {
  await end();
  scenario = await Scenario.start(options);
  running = true;
}

async function end(): Promise<void> {
  if (running) await scenario.end();
  running = false;
}

/** A scenario for every test of a file. */
export function useScenario(options?: ScenarioOptions): void {
  useScenarios();
  beforeEach(async () => await begin(options));
}

/** One scenario for all tests of a file. */
export function useOneScenario(options?: ScenarioOptions): void {
  jest.setTimeout(patience);
  beforeAll(async () => await begin(options));
  afterAll(end);
}

/** Every test of a file begins a scenario of its own. */
export function useScenarios(): void {
  jest.setTimeout(patience);
  afterEach(end);
}

/** The codes of reasons, in their order. */
export const codes = (reasons: readonly unknown[] = []): string[] =>
  (reasons as { code: string }[]).map(({ code }) => code);

/** Lets all work end. There was one execution, which succeeded with this outcome and gives, among others, reasons of these codes. */
export async function expectOutcome(outcome: string, ...reasons: readonly string[]): Promise<ExecutionResult> {
  const execution = await onlyExecution();
  expect(execution).toMatchObject({ status: 'SUCCEEDED', outcome });
  expect(codes(execution.reasons)).toEqual(expect.arrayContaining([...reasons]));
  return execution;
}

/** Lets all work end. There was one execution, which failed with this error. */
export async function expectFailure(error: string): Promise<void> {
  expect(await onlyExecution()).toMatchObject({ status: 'FAILED', outcome: error });
}

async function onlyExecution(): Promise<ExecutionResult> {
  await scenario.untilIdle();
  const executions = await scenario.executions();
  const [execution] = executions;
  expect(executions).toHaveLength(1);
  if (!execution) throw new Error('there was no execution');
  return execution;
}

/** The Spot group has so many instances in service as it shall have; gives them. */
export async function expectSpotGroup(size: number): Promise<string[]> {
  const { desired, inService } = await scenario.group('demo-spot');
  expect([desired, inService.length]).toEqual([size, size]);
  return inService;
}
