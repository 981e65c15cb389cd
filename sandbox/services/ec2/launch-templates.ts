import type { CreateLaunchTemplateRequest } from '@aws-sdk/client-ec2';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, notImplemented } from '../../aws/contract.ts';
import { refuseOthers } from '../../aws/refuse.ts';
import type { SandboxClock } from '../../clock.ts';
import { hex, type Random } from '../../random.ts';
import { nodeConfig } from '../../world/nodes/node-config.ts';
import type { LaunchSpec } from './instance.ts';
import { checkToken, checkUserData, instanceTagsOf, marketOf } from './launch-input.ts';

const dataPath = 'LaunchTemplateData of ec2:CreateLaunchTemplate';
const used = ['ImageId', 'InstanceType', 'InstanceMarketOptions', 'TagSpecifications', 'UserData'];
/** "Constraint: Maximum 128 ASCII characters" (API_CreateLaunchTemplate). */
const longestToken = 128;

/** What a template says about the instances that are launched from it. */
export interface LaunchTemplate
  extends Pick<LaunchSpec, 'imageId' | 'instanceType' | 'spot' | 'spotOptions' | 'tags' | 'node' | 'userData'> {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** Launch templates, each with its first version only. */
export class LaunchTemplates {
  readonly #templates = new Map<string, LaunchTemplate>();
  readonly #clock: SandboxClock;
  readonly #random: Random;

  constructor(clock: SandboxClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  add(template: Omit<LaunchTemplate, 'id' | 'createdAt'>): LaunchTemplate {
    if (this.#templates.has(template.name)) {
      throw new AwsError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.');
    }
    const added = { ...template, id: `lt-${hex(this.#random, 17)}`, createdAt: this.#clock.now() };
    this.#templates.set(template.name, added);
    return added;
  }

  all(): readonly LaunchTemplate[] {
    return [...this.#templates.values()];
  }

  /** By name or id. */
  find(nameOrId: string): LaunchTemplate | undefined {
    return this.all().find(({ id, name }) => id === nameOrId || name === nameOrId);
  }

  /** Throws `InvalidLaunchTemplateName.NotFoundException`. */
  byName(name: string): LaunchTemplate {
    const found = this.#templates.get(name);
    if (found) return found;
    throw new AwsError(
      'InvalidLaunchTemplateName.NotFoundException',
      `At least one of the launch templates specified in the request does not exist: ${name}`,
    );
  }

  /** Throws `InvalidLaunchTemplateId.NotFound`. */
  byId(id: string): LaunchTemplate {
    const found = this.all().find((template) => template.id === id);
    if (found) return found;
    throw new AwsError(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id}, does not exist.`,
    );
  }

  /** CreateLaunchTemplate with the members of its data that matter here. */
  create(tokens: ClientTokens, input: CreateLaunchTemplateRequest): LaunchTemplate {
    const { LaunchTemplateData: data = {}, LaunchTemplateName: name = '' } = input;
    refuseOthers(data, used, dataPath);
    checkName(name);
    checkToken(input.ClientToken, longestToken);
    checkUserData(data.UserData);
    const market = marketOf(data.InstanceMarketOptions, dataPath);
    const given = {
      name,
      imageId: required(data.ImageId, 'ImageId'),
      instanceType: required(data.InstanceType, 'InstanceType'),
      ...market,
      tags: instanceTagsOf(data.TagSpecifications, dataPath),
      node: nodeConfig({ spot: market.spot }),
      userData: data.UserData,
    };
    return tokens.once('CreateLaunchTemplate', input.ClientToken, input, () => this.add(given));
  }
}

/** "Between 3 and 128 characters", of which some are not taken (EC2 API reference, error codes). */
function checkName(name: string): void {
  if (/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) return;
  const message = `The launch template name '${name}' is invalid: 3 to 128 letters, digits and ( ) . - / _ make one.`;
  throw new AwsError('InvalidLaunchTemplateName.MalformedException', message);
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw notImplemented(`launch templates without ${name}`);
  return value;
}
