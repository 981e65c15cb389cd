import type { CreateLaunchTemplateRequest, DescribeLaunchTemplatesRequest } from '@aws-sdk/client-ec2';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError } from '../../aws/contract.ts';
import type { SandboxClock } from '../../clock.ts';
import { hex, type Random } from '../../random.ts';
import type { NodeConfig } from '../contract.ts';
import { pageOf } from '../page.ts';
import { instanceTagsOf, isSpot } from './launch-input.ts';
import { refuseOthers } from './refuse.ts';
import { checkToken } from './run-instances.ts';

const dataPath = 'LaunchTemplateData of ec2:CreateLaunchTemplate';
const used = ['ImageId', 'InstanceType', 'InstanceMarketOptions', 'TagSpecifications'];
/** "Constraint: Maximum 128 ASCII characters" (API_CreateLaunchTemplate). */
const longestToken = 128;

/** What a template says about the instances that are launched from it. */
export interface LaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly imageId: string;
  readonly instanceType: string;
  readonly spot: boolean;
  /** Tags that instances get. */
  readonly tags: Readonly<Record<string, string>>;
  /** What the user data does; API callers cannot give any. */
  readonly node: NodeConfig | undefined;
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
    if (this.find(template.name)) {
      throw new AwsError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.');
    }
    const added = { ...template, id: `lt-${hex(this.#random, 17)}`, createdAt: this.#clock.now() };
    this.#templates.set(template.name, added);
    return added;
  }

  /** By name or id. */
  find(nameOrId: string): LaunchTemplate | undefined {
    return [...this.#templates.values()].find(({ id, name }) => id === nameOrId || name === nameOrId);
  }

  /** CreateLaunchTemplate with the members of its data that matter here. */
  create(tokens: ClientTokens, input: CreateLaunchTemplateRequest) {
    const data = input.LaunchTemplateData ?? {};
    refuseOthers(data, used, dataPath);
    checkToken(input.ClientToken, longestToken);
    const given = {
      name: input.LaunchTemplateName ?? '',
      imageId: required(data.ImageId, 'ImageId'),
      instanceType: required(data.InstanceType, 'InstanceType'),
      spot: isSpot(data.InstanceMarketOptions, dataPath),
      tags: instanceTagsOf(data.TagSpecifications, dataPath),
      node: undefined,
    };
    const template = tokens.once('CreateLaunchTemplate', input.ClientToken, input, () => this.add(given));
    return { LaunchTemplate: describe(template) };
  }

  /** DescribeLaunchTemplates by name and id. */
  describe(input: DescribeLaunchTemplatesRequest) {
    const named = [...(input.LaunchTemplateIds ?? []), ...(input.LaunchTemplateNames ?? [])];
    for (const name of named) {
      if (!this.find(name)) {
        const message = `At least one of the launch templates specified in the request does not exist: ${name}`;
        throw new AwsError('InvalidLaunchTemplateName.NotFoundException', message);
      }
    }
    const chosen = [...this.#templates.values()].filter(
      ({ id, name }) => named.length === 0 || named.includes(id) || named.includes(name),
    );
    const { items, next } = pageOf(chosen, input.MaxResults ?? 200, input.NextToken, 'InvalidNextToken');
    return { LaunchTemplates: items.map(describe), NextToken: next };
  }
}

function describe({ id, name, createdAt }: LaunchTemplate) {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    CreateTime: new Date(createdAt),
    DefaultVersionNumber: 1,
    LatestVersionNumber: 1,
  };
}

function required(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  const message = `The sandbox needs LaunchTemplateData.${name} in ec2:CreateLaunchTemplate.`;
  throw new AwsError('NotImplementedInSandbox', message, 501);
}
