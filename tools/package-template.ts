import type { Template } from '../sandbox/template/contract.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly Code?: { readonly S3Key?: unknown } };
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** The synthesized template with the sections that the sandbox does not read. */
interface Whole {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Rules?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** A template that needs nothing but a bucket with the code of its functions. */
export interface PackagedTemplate {
  readonly template: object;
  /** The object keys of the code, as the synthesized template calls them: `<hash>.zip`. */
  readonly code: readonly string[];
}

/**
 * The synthesized template without what only `cdk deploy` can answer, the version of the bootstrap stack and the bucket that it made, and
 * without what the CDK notes for itself. Where the code is becomes two parameters, `AssetBucket` and `AssetPrefix`.
 *
 * @param prefix what the keys of the code begin with unless the deployment says otherwise
 * @throws Error naming the function whose code is no asset
 */
export function packagedTemplate(synthesized: Template, prefix: string): PackagedTemplate {
  const whole = synthesized as Whole;
  const { BootstrapVersion: _version, ...parameters } = { ...whole.Parameters };
  const { CheckBootstrapVersion: _check, ...rules } = { ...whole.Rules };
  const { CDKMetadataAvailable: _available, ...conditions } = { ...whole.Conditions };
  const code = new Set<string>();
  const resources = Object.entries(whole.Resources).flatMap(([id, resource]): [string, Resource][] => {
    if (resource.Type === 'AWS::CDK::Metadata') return [];
    if (resource.Type !== 'AWS::Lambda::Function') return [[id, withoutNotes(resource)]];
    const key = resource.Properties?.Code?.S3Key;
    if (typeof key !== 'string') throw new Error(`${id}: its code is not an asset`);
    code.add(key);
    return [[id, { ...withoutNotes(resource), Properties: { ...resource.Properties, Code: codeAt(key) } }]];
  });
  const template = {
    ...whole,
    Parameters: { ...parameters, ...codeParameters(prefix) },
    Rules: rules,
    Conditions: conditions,
    Resources: Object.fromEntries(resources),
  };
  return { template: withoutEmpty(template), code: [...code].toSorted() };
}

/** Its place in the construct tree, the folder of its code and the like, which the CDK keeps in the metadata. */
function withoutNotes({ Metadata = {}, ...resource }: Resource): Resource {
  const kept = Object.entries(Metadata).filter(([key]) => !/^aws:(cdk|asset):/.test(key));
  return kept.length > 0 ? { ...resource, Metadata: Object.fromEntries(kept) } : resource;
}

function codeAt(key: string) {
  return { S3Bucket: { Ref: 'AssetBucket' }, S3Key: { 'Fn::Sub': `\${AssetPrefix}${key}` } };
}

function codeParameters(prefix: string) {
  return {
    AssetBucket: {
      Type: 'String',
      Description: 'The bucket with the code of the functions, in the region of the stack',
    },
    AssetPrefix: {
      Type: 'String',
      Default: prefix,
      AllowedPattern: '(.*/)?',
      ConstraintDescription: 'is empty or ends with a slash',
      Description: 'What the keys of the code begin with in that bucket',
    },
  };
}

/** CloudFormation refuses sections that are there and empty. */
function withoutEmpty(template: object): object {
  return Object.fromEntries(
    Object.entries(template).filter(([, section]) => typeof section !== 'object' || Object.keys(section).length > 0),
  );
}
