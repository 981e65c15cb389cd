import type { SandboxClock } from '../clock.ts';
import { type Random, seededRandom, uuid } from '../random.ts';
import type { Sky } from '../weather/contract.ts';
import { meetTrouble } from '../weather/meet-trouble.ts';
import type { Witness } from '../witness.ts';

import {
  AwsError,
  type CallContext,
  type Cloud,
  type Handler,
  notImplemented,
  type Principal,
  type Service,
} from './contract.ts';
import type { Iam } from './iam/iam.ts';
import { accessOf, inputKeys } from './iam/resources.ts';
import { catalogueEntry, operationOf, type ServiceModel, serviceModel } from './schema/model.ts';
import { misfit } from './schema/validate.ts';

export interface CloudOptions {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly services: readonly Service[];
  readonly roles: Iam;
  /** What calls of roles from outside meet; calm by default. */
  readonly weather?: Pick<Sky, 'aws'> | undefined;
  readonly witness?: Witness | undefined;
}

type Input = Readonly<Record<string, unknown>>;

interface Asked {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly context: CallContext;
}

/** The services in one process. The HTTP front end calls them through it, and so do the state machines and the event bus. */
export class LocalCloud implements Cloud {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly roles: Iam;
  readonly #options: CloudOptions;
  readonly #services = new Map<string, Service>();
  readonly #requestIds: Random;

  constructor(options: CloudOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.random = options.random;
    // A stream of its own: how often somebody looks must not change what happens next.
    this.#requestIds = seededRandom(Math.floor(options.random() * 2 ** 32));
    this.roles = options.roles;
    this.add(...options.services);
  }

  /** Adds services; throws when a name is taken or when the sandbox has no schema for it. */
  add(...services: readonly Service[]): void {
    for (const service of services) {
      catalogueEntry(service.name);
      if (this.#services.has(service.name)) throw new Error(`The service '${service.name}' is in the sandbox already.`);
      this.#services.set(service.name, service);
    }
  }

  requestId(): string {
    return uuid(this.#requestIds);
  }

  /** Names of the services, sorted. */
  serviceNames(): string[] {
    return [...this.#services.keys()].sort();
  }

  implements(service: string, operation: string): boolean {
    const operations = this.#services.get(service)?.operations;
    return operations !== undefined && Object.hasOwn(operations, operation);
  }

  async call<Output>(
    service: string,
    operation: string,
    input: object,
    principal: Principal,
    outside?: CallContext['outside'],
  ): Promise<Output> {
    const context = { principal, requestId: this.requestId(), ...(outside && { outside }) };
    return (await this.handle(service, operation, input, context)) as Output;
  }

  /** Checks schema and rights, runs the handler and checks its answer. Throws `AwsError`. */
  async handle(service: string, operation: string, input: object, context: CallContext): Promise<unknown> {
    // The first call of a service loads its SDK client from disk.
    const model = await this.clock.hold(`schema of ${service}`, () => serviceModel(service));
    const shape = operationOf(model, operation);
    const implementation = this.#services.get(service);
    const handler = this.implements(service, operation) ? implementation?.operations[operation] : undefined;
    if (!implementation || !handler) throw notImplemented(`${service}:${operation}`);
    const found = misfit(shape.input, input);
    if (found)
      throw new AwsError(found.kind === 'missing' ? (model.missing ?? model.invalid) : model.invalid, found.message);
    const used = implementation.uses?.[operation];
    const unused =
      used &&
      Object.entries(input).find(([name, value]) => value !== undefined && value !== null && !used.includes(name))?.[0];
    if (unused) throw notImplemented(`${unused} of ${service}:${operation}`);
    this.#authorize(model, implementation, operation, input as Input, context.principal);
    const asked = { service, operation, input: input as Input, context };
    return await this.#inWeather(asked, async () => {
      const output = await this.#act(asked, handler);
      const wrong = misfit(shape.output, output);
      if (!wrong) return output;
      const message = `The sandbox's answer to ${service}:${operation} is wrong: ${wrong.message}`;
      throw new AwsError('InternalFailure', message, 500);
    });
  }

  async #act({ service, operation, input, context }: Asked, handler: Handler): Promise<object> {
    const { witness } = this.#options;
    const call = { service, operation, input, principal: context.principal };
    try {
      const output = (await handler(input as never, context)) ?? {};
      witness?.call?.({ ...call, output });
      return output;
    } catch (error) {
      witness?.call?.({ ...call, error });
      throw error;
    }
  }

  async #inWeather({ context, ...asked }: Asked, act: () => Promise<object>): Promise<object> {
    const { outside, principal } = context;
    const meets = outside !== undefined && principal.kind === 'role';
    const trouble = meets ? this.#options.weather?.aws({ ...asked, principal, from: outside }) : undefined;
    if (!trouble) return await act();
    return await meetTrouble(trouble, this.clock, act, emptied);
  }

  #authorize(model: ServiceModel, service: Service, operation: string, input: Input, principal: Principal): void {
    if (principal.kind === 'person') return;
    const access = accessOf(service.name, operation, input);
    if (!access) {
      throw denied(
        model,
        `The sandbox has no IAM action for ${service.name}:${operation}, so it cannot say whether the role may call it.`,
      );
    }
    if (access.resources[0] === 'none') return;
    const facts = service.facts?.(operation, input) ?? {};
    const request = {
      action: access.action,
      resources: facts.resources ?? access.resources,
      keys: { ...inputKeys(service.name, input), ...facts.keys },
      keysOf: facts.keysOf ?? {},
    };
    const refusal = this.roles.refusal(principal, request, service.resourcePolicy?.(operation, input));
    if (refusal) throw denied(model, refusal);
  }
}

/** The services, the clock and the roles as one cloud. */
export function createCloud(options: CloudOptions): LocalCloud {
  return new LocalCloud(options);
}

/** Lists with nothing in them, and nothing else. */
function emptied(answer: object): object {
  return Object.fromEntries(
    Object.entries(answer).flatMap(([name, value]) => (Array.isArray(value) ? [[name, []]] : [])),
  );
}

/** Each protocol has its own name and status for it, as in AWS's lists of common errors. */
function denied(model: ServiceModel, message: string): AwsError {
  if (model.protocol === 'ec2-query') return new AwsError('UnauthorizedOperation', message, 403);
  if (model.protocol === 'query') return new AwsError('AccessDenied', message, 403);
  return new AwsError('AccessDeniedException', message, model.protocol === 'rest-json' ? 403 : 400);
}
