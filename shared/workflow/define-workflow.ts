import type * as z from 'zod';
import type { SubjectKind } from '../domain/subject.ts';
import type { Needs } from './needs.ts';
import type { Reasons } from './reasons.ts';

/** One Lambda of a workflow: what it takes and gives, and what it needs of the world. */
export interface TaskContract {
  /** What it does, for the console. */
  readonly does: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly needs: Needs;
  /** What its workflow's cases are about; `defineWorkflow` puts it here. */
  readonly subjects: readonly SubjectKind[];
  /** MiB. @default 256, enough for a list of 5,000 nodes */
  readonly memory?: number;
}

/** A workflow as everything outside of its folder knows it. */
export interface WorkflowContract {
  /** Also the name of its folder, its states' file in infra/workflows/ and its page in docs/workflows/. */
  readonly name: string;
  /** What it does, for the console and the README. */
  readonly does: string;
  /** Seconds after which an execution is ended: longer than the longest run that policy allows. */
  readonly longestRun: number;
  /** Of an execution, the same for a person and for intake; unknown keys are refused. */
  readonly input: z.ZodType;
  /** What an execution gives at its end. */
  readonly output: z.ZodType;
  /** What its cases are about; its roles may touch no others. */
  readonly subjects: readonly SubjectKind[];
  /** An input that can be tried in the sandbox as a drill of the workflow's name; left out when it needs a thing of its own. */
  readonly example?: object;
  readonly outcomes: readonly string[];
  readonly reasons: Reasons;
  /** The input of the execution that puts back what a dead one had changed; null when runs leave nothing behind. */
  readonly cleanup: ((dead: DeadRun) => object) | null;
  readonly tasks: Readonly<Record<string, TaskContract>>;
}

/** An execution that ended before it could put back what it had changed, and still holds cases. */
export interface DeadRun {
  readonly cluster: string;
  readonly execution: string;
}

/** `Given` if it has no member besides those of `Shape`: what a strict schema would refuse is an error of tsc. */
export type Exactly<Shape, Given extends Shape> = Given & {
  readonly [Name in Exclude<keyof Given, keyof Shape>]: never;
};

/** A workflow as its folder declares it. */
interface Declaration extends Omit<WorkflowContract, 'cleanup' | 'tasks'> {
  readonly tasks: Readonly<Record<string, Omit<TaskContract, 'subjects'>>>;
}

type Defined<Declared extends Declaration> = Declared &
  Pick<WorkflowContract, 'cleanup'> & {
    readonly tasks: {
      readonly [Name in keyof Declared['tasks']]: Declared['tasks'][Name] & Pick<TaskContract, 'subjects'>;
    };
  };

/** Defines a workflow; its types are kept as they are written. A cleanup that its own schema would refuse is an error of tsc. */
export function defineWorkflow<const Declared extends Declaration, const Given extends z.input<Declared['input']>>(
  declared: Declared & { readonly cleanup: ((dead: DeadRun) => Exactly<z.input<Declared['input']>, Given>) | null },
): Defined<Declared> {
  const { subjects } = declared;
  const tasks = Object.entries(declared.tasks).map(([name, task]) => [name, { ...task, subjects }]);
  return { ...declared, tasks: Object.fromEntries(tasks) } as unknown as Defined<Declared>;
}

/** `drainNodes` as `drain-nodes`: the name of its file, and a part of the function's name. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
