import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type EventRule, eventRules } from '../../functions/intake/contract.ts';
import type { Event } from '../../sandbox/services/events/contract.ts';
import { Scenario } from '../scenarios/scenario.ts';

jest.setTimeout(240_000);

const spec = loadAwsServiceSpecSync();
/** AWS publishes no schema of these; the EC2 user guide shows an example ("Rebalance recommendations"). */
const withoutSchema: string[] = [eventRules.rebalanceRecommendation.detailType];
const all: readonly EventRule[] = Object.values(eventRules);
/** Those that wait for an event of AWS, and not for a time. */
const rules = all.filter(({ schedule }) => schedule === undefined);

/** Members that the schema lacks and the developer guide's examples have ("Step Functions events in EventBridge"). */
const documentedOnly: Record<string, readonly string[]> = {
  [eventRules.executionEnded.detailType]: ['inputDetails', 'outputDetails', 'error', 'cause'],
};

interface Property {
  readonly type: { readonly type: string; readonly element?: { readonly type: string } };
  readonly required?: boolean;
}

/** The properties of an event's detail as AWS publishes them; undefined for an event without a schema. */
function schemaOf(source: string, detailType: string): Readonly<Record<string, Property>> | undefined {
  const event = [...spec.all('event')].find((known) => known.source === source && known.detailType === detailType);
  return event && (spec.get('eventTypeDefinition', event.rootProperty.$ref).properties as Record<string, Property>);
}

/** What is wrong with a detail: members that are missing, unknown or of another type. */
function misfits(detail: Readonly<Record<string, unknown>>, schema: Readonly<Record<string, Property>>): string[] {
  const missing = Object.keys(schema).filter((name) => schema[name]?.required && !(name in detail));
  const unknown = Object.keys(detail).filter((name) => !(name in schema));
  const wrong = Object.entries(detail).filter(([name, value]) => {
    const type = schema[name]?.type.type;
    return (type === 'string' || type === 'number') && value !== null && typeof value !== type;
  });
  return [
    ...missing.map((name) => `no ${name}`),
    ...unknown.map((name) => `extra ${name}`),
    ...wrong.map(([name]) => `type of ${name}`),
  ];
}

describe('the rules of intake', () => {
  it('subscribe to events that AWS has, by their exact detail-type', () => {
    const unknown = rules
      .filter(({ sources, detailType }) => !schemaOf(sources[0] ?? '', detailType))
      .map(({ detailType }) => detailType);
    expect(unknown).toEqual(withoutSchema);
  });

  it('ask only for members of the detail that AWS gives', () => {
    for (const { sources, detailType, detail = {} } of rules) {
      const schema = schemaOf(sources[0] ?? '', detailType) ?? {};
      expect([detailType, Object.keys(schema)]).toEqual([detailType, expect.arrayContaining(Object.keys(detail))]);
    }
  });
});

describe("events against AWS's own schemas", () => {
  const seen: Event[] = [];
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start();
    scenario.sandbox.buses.onEvent((event) => void seen.push(event));
    scenario.sandbox.world.recommendRebalance(scenario.spot);
    await scenario.letPass(12_000);
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await scenario.untilIdle();
  });

  afterAll(async () => {
    await scenario.end();
  });

  it("sends the sandbox's events with exactly the members that AWS's have", () => {
    const ours = seen.filter(({ source }) => source.startsWith('aws.'));
    const kinds = new Set(ours.map((event) => event['detail-type']));
    expect([...kinds]).toEqual(expect.arrayContaining(rules.map(({ detailType }) => detailType)));
    const faults = ours.flatMap((event) => {
      const schema = schemaOf(event.source, event['detail-type']);
      const known = documentedOnly[event['detail-type']] ?? [];
      const detail = Object.fromEntries(Object.entries(event.detail).filter(([name]) => !known.includes(name)));
      const found = schema ? misfits(detail, schema) : ['no schema'];
      return found.length > 0 ? [`${event['detail-type']}: ${found.join(', ')}`] : [];
    });
    const allowed = withoutSchema.map((type) => `${type}: no schema`);
    expect([...new Set(faults)]).toEqual(allowed);
  });

  it('sends a recommendation as the user guide shows it', () => {
    const recommendation = seen.find((event) => event['detail-type'] === eventRules.rebalanceRecommendation.detailType);
    expect(recommendation?.detail).toEqual({ 'instance-id': scenario.spot });
  });
});
