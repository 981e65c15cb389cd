import { isDeepStrictEqual } from 'node:util';
import { AwsError, type Service } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import type { SandboxClock } from '../../clock.ts';
import { hex, type Random, uuid } from '../../random.ts';

interface Version {
  readonly id: string;
  readonly text: string | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly created: number;
  stages: string[];
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  readonly description: string | undefined;
  readonly versions: Version[];
  deleted: number | undefined;
}

interface ValueInput {
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
  readonly ClientRequestToken?: string;
}

/** AWS Secrets Manager without rotation, replication and KMS. */
export function secretsManagerService(tools: { readonly clock: SandboxClock; readonly random: Random }): Service {
  const secrets = new Secrets(tools.clock, tools.random);
  return {
    name: 'secretsmanager',
    uses: {
      CreateSecret: ['Name', 'Description', 'SecretString', 'SecretBinary', 'ClientRequestToken'],
      PutSecretValue: ['SecretId', 'SecretString', 'SecretBinary', 'ClientRequestToken'],
      GetSecretValue: ['SecretId', 'VersionId', 'VersionStage'],
      DescribeSecret: ['SecretId'],
      ListSecrets: [],
      DeleteSecret: ['SecretId', 'RecoveryWindowInDays', 'ForceDeleteWithoutRecovery'],
    },
    operations: {
      CreateSecret: (input: ValueInput & { Name: string; Description?: string }) => secrets.create(input),
      PutSecretValue: (input: ValueInput & { SecretId: string }) => {
        const secret = secrets.present(input.SecretId);
        const version = secrets.put(secret, input);
        return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
      },
      GetSecretValue: (input: { SecretId: string; VersionId?: string; VersionStage?: string }) => secrets.value(input),
      DescribeSecret: (input: { SecretId: string }) => {
        const secret = secrets.find(input.SecretId);
        return {
          ...secrets.describe(secret),
          VersionIdsToStages: Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages])),
        };
      },
      ListSecrets: () => ({ SecretList: secrets.all().map((secret) => secrets.describe(secret)) }),
      DeleteSecret: (input: {
        SecretId: string;
        RecoveryWindowInDays?: number;
        ForceDeleteWithoutRecovery?: boolean;
      }) => secrets.remove(input),
    },
    // A secret's ARN ends in six random characters, so a call by name is authorised on the real ARN.
    facts: (_operation, input) => {
      const secret = typeof input['SecretId'] === 'string' ? secrets.lookup(input['SecretId']) : undefined;
      return secret ? { resources: [secret.arn] } : {};
    },
  };
}

class Secrets {
  readonly #secrets: Secret[] = [];
  readonly #clock: SandboxClock;
  readonly #random: Random;

  constructor(clock: SandboxClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  create(input: ValueInput & { Name: string; Description?: string }) {
    const existing = this.lookup(input.Name);
    const again = existing?.versions.find(({ id }) => id === input.ClientRequestToken);
    if (existing && again) return { ARN: existing.arn, Name: existing.name, VersionId: this.put(existing, input).id };
    if (existing)
      throw new AwsError(
        'ResourceExistsException',
        `The operation failed because the secret ${input.Name} already exists.`,
      );
    const arn = arnOf('secretsmanager', `secret:${input.Name}-${hex(this.#random, 6)}`);
    const description = input.Description;
    const secret: Secret = {
      name: input.Name,
      arn,
      created: this.#clock.now(),
      description,
      versions: [],
      deleted: undefined,
    };
    this.#secrets.push(secret);
    const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
    return { ARN: arn, Name: input.Name, VersionId: hasValue ? this.put(secret, input).id : undefined };
  }

  put(secret: Secret, input: ValueInput): Version {
    if ((input.SecretString === undefined) === (input.SecretBinary === undefined)) {
      throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
    }
    const id = input.ClientRequestToken ?? uuid(this.#random);
    const same = secret.versions.find((version) => version.id === id);
    if (same) {
      if (same.text === input.SecretString && isDeepStrictEqual(same.bytes, input.SecretBinary)) return same;
      throw new AwsError('ResourceExistsException', `You can't modify version ${id}: its contents differ.`);
    }
    for (const version of secret.versions) {
      const current = version.stages.includes('AWSCURRENT');
      version.stages = current ? ['AWSPREVIOUS'] : version.stages.filter((stage) => stage !== 'AWSPREVIOUS');
    }
    const version: Version = {
      id,
      text: input.SecretString,
      bytes: input.SecretBinary,
      created: this.#clock.now(),
      stages: ['AWSCURRENT'],
    };
    secret.versions.push(version);
    return version;
  }

  value(input: { SecretId: string; VersionId?: string; VersionStage?: string }) {
    const secret = this.present(input.SecretId);
    const stage = input.VersionStage ?? (input.VersionId === undefined ? 'AWSCURRENT' : undefined);
    const version = secret.versions.find(
      ({ id, stages }) =>
        (input.VersionId === undefined || id === input.VersionId) && (stage === undefined || stages.includes(stage)),
    );
    if (!version) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for ${input.VersionId ?? `staging label: ${stage}`}`,
      );
    }
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      SecretString: version.text,
      SecretBinary: version.bytes,
      VersionStages: version.stages,
      CreatedDate: new Date(version.created),
    };
  }

  remove(input: { SecretId: string; RecoveryWindowInDays?: number; ForceDeleteWithoutRecovery?: boolean }) {
    const secret = this.find(input.SecretId);
    const now = this.#clock.now();
    if (input.ForceDeleteWithoutRecovery === true) this.#secrets.splice(this.#secrets.indexOf(secret), 1);
    const days = input.ForceDeleteWithoutRecovery === true ? 0 : (input.RecoveryWindowInDays ?? 30);
    secret.deleted = now + days * 86_400_000;
    return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(secret.deleted) };
  }

  describe(secret: Secret) {
    return {
      ARN: secret.arn,
      Name: secret.name,
      Description: secret.description,
      CreatedDate: new Date(secret.created),
      DeletedDate: secret.deleted === undefined ? undefined : new Date(secret.deleted),
    };
  }

  all(): readonly Secret[] {
    this.#expire();
    return this.#secrets.filter((secret) => secret.deleted === undefined);
  }

  lookup(id: string): Secret | undefined {
    this.#expire();
    // A partial ARN without the random suffix is accepted by AWS as well.
    return this.#secrets.find((secret) => secret.name === id || secret.arn === id || secret.arn.slice(0, -7) === id);
  }

  find(id: string): Secret {
    const secret = this.lookup(id);
    if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return secret;
  }

  present(id: string): Secret {
    const secret = this.find(id);
    if (secret.deleted !== undefined) {
      throw new AwsError(
        'InvalidRequestException',
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    }
    return secret;
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const secret of this.#secrets.filter(({ deleted }) => deleted !== undefined && deleted <= now)) {
      this.#secrets.splice(this.#secrets.indexOf(secret), 1);
    }
  }
}
