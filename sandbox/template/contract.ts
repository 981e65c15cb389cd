import type { LocalCloud } from '../aws/cloud.ts';
import type { Iam } from '../aws/iam/iam.ts';
import { InputError } from '../input.ts';
import type { LambdaRuntime } from '../services/lambda/runtime.ts';

/** A value of the template, before or after its intrinsic functions are resolved. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Properties = { readonly [key: string]: Value };

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  /** `Retain` keeps it when it leaves the template. */
  readonly DeletionPolicy?: string;
  /** `Retain` keeps what an update replaces. */
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Properties;
}

interface OutputDeclaration {
  readonly Value: Value;
  readonly Description?: Value;
  readonly Condition?: string;
}

/** A CloudFormation template as CDK synthesizes it. */
export interface Template {
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: string }>>;
  readonly Conditions?: Readonly<Record<string, Value>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Value>>>>>>;
  readonly Outputs?: Readonly<Record<string, OutputDeclaration>>;
}

/** What a created resource answers to `Ref` and `Fn::GetAtt`. */
export interface Created {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Where resources are created. */
export interface Destination {
  readonly cloud: LocalCloud;
  readonly roles: Iam;
  readonly runtime: LambdaRuntime;
  readonly stackName: string;
  /** The folder of an asset by its object key, such as `<hash>.zip`. */
  readonly asset: (objectKey: string) => string;
}

/** What an update makes of a resource that exists. */
interface ResourceChange {
  readonly logicalId: string;
  readonly created: Created;
  readonly before: Properties;
  readonly after: Properties;
}

/** A resource as it stands. */
interface Standing {
  readonly logicalId: string;
  readonly created: Created;
  readonly properties: Properties;
}

/** How one type of resource is created, changed and removed. What a type cannot do is refused before an update begins. */
export interface ResourceType {
  /** Properties that are understood; any other is refused by its name. */
  readonly properties: readonly string[];
  /** Properties that are accepted and have no effect here, each with the reason; listed for the user. */
  readonly noEffect?: Readonly<Record<string, string>>;
  create(destination: Destination, properties: Properties, logicalId: string): Promise<Created> | Created;
  /** Attributes that follow properties, also when these change. */
  attributes?(properties: Properties): Created['attributes'];
  /** Properties that `update` changes in place, or `replace`: a change makes a new resource, and the old one is removed at the end. */
  readonly changes?: readonly string[] | 'replace';
  update?(destination: Destination, change: ResourceChange): Promise<void> | void;
  remove?(destination: Destination, standing: Standing): unknown;
}

/** A template that the sandbox cannot run; says which resource and why. */
export class LoadError extends InputError {
  override readonly name = 'LoadError';
}
