import { createHash } from 'node:crypto';
import { AwsError, type Service } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import type { SandboxClock } from '../../clock.ts';

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly modified: number;
  readonly description: string | undefined;
}

interface PutInput {
  readonly Name: string;
  readonly Value: string;
  readonly Type?: string;
  readonly Overwrite?: boolean;
  readonly Description?: string;
  readonly Tier?: string;
}

export interface SsmTools {
  readonly clock: SandboxClock;
  /** Looks up a public parameter under `/aws/service`; the world owns those. */
  readonly publicParameter?: (name: string) => string | undefined;
}

/** Standard parameters hold 4 KB: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const largestValue = 4096;

/** Members that take effect. */
const uses = {
  GetParameter: ['Name', 'WithDecryption'],
  GetParameters: ['Names', 'WithDecryption'],
  GetParametersByPath: ['Path', 'Recursive', 'WithDecryption', 'MaxResults', 'NextToken'],
  PutParameter: ['Name', 'Value', 'Type', 'Overwrite', 'Description', 'Tier'],
  DeleteParameter: ['Name'],
  DeleteParameters: ['Names'],
  DescribeParameters: ['MaxResults', 'NextToken'],
};

/** AWS Systems Manager's Parameter Store with types String, StringList and SecureString (without KMS). */
export function ssmService(tools: SsmTools): Service {
  const store = new ParameterStore(tools);
  return {
    name: 'ssm',
    uses,
    operations: {
      GetParameter: (input: { Name: string; WithDecryption?: boolean }) => ({
        Parameter: store.describe(store.get(input.Name), input.WithDecryption, input.Name),
      }),
      GetParameters: (input: { Names: readonly string[]; WithDecryption?: boolean }) => {
        checkNames(input.Names);
        const found = input.Names.filter((name) => store.find(name));
        return {
          Parameters: found.map((name) => store.describe(store.get(name), input.WithDecryption, name)),
          InvalidParameters: input.Names.filter((name) => !found.includes(name)),
        };
      },
      GetParametersByPath: (input: PathInput) => {
        const { page, next } = paged(store.below(input), input.MaxResults ?? 10, input.NextToken, 10);
        return {
          Parameters: page.map((parameter) => store.describe(parameter, input.WithDecryption)),
          NextToken: next,
        };
      },
      PutParameter: (input: PutInput) => ({ Version: store.put(input), Tier: 'Standard' }),
      DeleteParameter: (input: { Name: string }) => {
        store.get(input.Name);
        store.remove(input.Name);
      },
      DeleteParameters: (input: { Names: readonly string[] }) => {
        checkNames(input.Names);
        const found = input.Names.filter((name) => store.remove(name));
        return { DeletedParameters: found, InvalidParameters: input.Names.filter((name) => !found.includes(name)) };
      },
      DescribeParameters: (input: { MaxResults?: number; NextToken?: string }) => {
        const { page, next } = paged(store.all(), input.MaxResults ?? 50, input.NextToken, 50);
        return { Parameters: page.map((parameter) => store.metadata(parameter)), NextToken: next };
      },
    },
  };
}

/** "Array Members: Minimum number of 1 item. Maximum number of 10 items" (API reference). The words: remind101/ssm-env issue 10. */
function checkNames(names: readonly string[]): void {
  if (names.length >= 1 && names.length <= 10) return;
  const bound = names.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10';
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '[${names.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length ${bound}`,
  );
}

interface PathInput {
  readonly WithDecryption?: boolean;
  readonly Path: string;
  readonly Recursive?: boolean;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

class ParameterStore {
  readonly #tools: SsmTools;
  readonly #parameters = new Map<string, Parameter>();

  constructor(tools: SsmTools) {
    this.#tools = tools;
  }

  /** The parameter by name, by ARN or with a `:version` that is the present one. */
  find(given: string): Parameter | undefined {
    const [, name = '', version] = /^(.*?)(?::(\d+))?$/.exec(nameOf(given)) ?? [];
    const parameter = this.#parameters.get(name) ?? this.#public(name);
    return version === undefined || parameter?.version === Number(version) ? parameter : undefined;
  }

  get(given: string): Parameter {
    const parameter = this.find(given);
    if (!parameter) throw new AwsError('ParameterNotFound', '');
    return parameter;
  }

  put(input: PutInput): number {
    const existing = this.#parameters.get(input.Name);
    if (existing && input.Overwrite !== true) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    const type = input.Type ?? existing?.type;
    if (!type) throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
    if (!['String', 'StringList', 'SecureString'].includes(type))
      throw new AwsError('UnsupportedParameterType', `Parameter type ${type} is not supported.`);
    if (input.Tier !== undefined && input.Tier !== 'Standard')
      throw new AwsError('NotImplementedInSandbox', `The sandbox has no ssm tier ${input.Tier}.`, 501);
    if (!/^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/.test(input.Name))
      throw new AwsError('ValidationException', `Parameter name: ${input.Name} is not valid.`);
    if (/^\/?(aws|ssm)/i.test(input.Name))
      throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${input.Name}.`);
    if (input.Value.length === 0 || Buffer.byteLength(input.Value) > largestValue) {
      throw new AwsError(
        'ValidationException',
        `Standard tier parameters support a maximum parameter value of ${largestValue} characters.`,
      );
    }
    const version = (existing?.version ?? 0) + 1;
    this.#parameters.set(input.Name, {
      name: input.Name,
      type,
      value: input.Value,
      version,
      modified: this.#tools.clock.now(),
      description: input.Description ?? existing?.description,
    });
    return version;
  }

  remove(given: string): boolean {
    return this.#parameters.delete(nameOf(given));
  }

  all(): Parameter[] {
    return [...this.#parameters.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  below(input: PathInput): Parameter[] {
    if (!input.Path.startsWith('/'))
      throw new AwsError('ValidationException', 'The parameter path must begin with a slash.');
    const prefix = input.Path.endsWith('/') ? input.Path : `${input.Path}/`;
    return this.all().filter(
      ({ name }) => name.startsWith(prefix) && (input.Recursive === true || !name.slice(prefix.length).includes('/')),
    );
  }

  describe(parameter: Parameter, decrypt = false, given = parameter.name) {
    const selector = /:\d+$/.exec(nameOf(given))?.[0];
    return {
      Name: parameter.name,
      Type: parameter.type,
      Value: parameter.type === 'SecureString' && !decrypt ? sealed(parameter.value) : parameter.value,
      Version: parameter.version,
      ...(selector === undefined ? {} : { Selector: selector }),
      LastModifiedDate: new Date(parameter.modified),
      ARN: parameterArn(parameter.name),
      DataType: 'text',
    };
  }

  metadata(parameter: Parameter) {
    return {
      Name: parameter.name,
      ARN: parameterArn(parameter.name),
      Type: parameter.type,
      LastModifiedDate: new Date(parameter.modified),
      Description: parameter.description,
      Version: parameter.version,
      Tier: 'Standard',
      DataType: 'text',
    };
  }

  #public(name: string): Parameter | undefined {
    const value = name.startsWith('/aws/service/') ? this.#tools.publicParameter?.(name) : undefined;
    if (value === undefined) return undefined;
    return { name, type: 'String', value, version: 1, modified: this.#tools.clock.now(), description: undefined };
  }
}

/** Without WithDecryption a SecureString comes as ciphertext, which nobody can use. */
function sealed(value: string): string {
  return createHash('sha256').update(value).digest('base64');
}

function nameOf(given: string): string {
  return given.startsWith('arn:') ? given.replace(/^arn:[^/]*:parameter/, '') : given;
}

function parameterArn(name: string): string {
  if (name.startsWith('/aws/service/')) return arnOf('ssm', `parameter${name}`).replace(/:\d{12}:/, '::');
  return arnOf('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
}

function paged<Item>(
  items: readonly Item[],
  size: number,
  token: string | undefined,
  most: number,
): { page: readonly Item[]; next: string | undefined } {
  if (size < 1 || size > most)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${size}' at 'maxResults' must be at most ${most}`,
    );
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  return {
    page: items.slice(start, start + size),
    next: start + size < items.length ? String(start + size) : undefined,
  };
}
