import { AwsError } from '../../aws/contract.ts';
import type { SandboxClock } from '../../clock.ts';

type Send = (operation: string, input: Readonly<Record<string, unknown>>) => Promise<unknown>;

interface Setting {
  readonly attribute: string;
  lastSweep: number;
}

/**
 * "DynamoDB automatically deletes expired items within a few days of their expiration time"
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html). Here an item goes 48 hours after it has expired, at the
 * next call of its table: until then reads still give it, as they do on AWS.
 */
const lateMs = 48 * 3_600_000;
const sweepEveryMs = 3_600_000;
/** "items with an expiration date older than five years in the past" are not deleted. */
const oldestSeconds = 5 * 365 * 86_400;

export class TimeToLive {
  readonly #clock: SandboxClock;
  readonly #send: Send;
  readonly #settings = new Map<string, Setting>();

  constructor(clock: SandboxClock, send: Send) {
    this.#clock = clock;
    this.#send = send;
  }

  set(table: string, specification: { readonly AttributeName: string; readonly Enabled: boolean }): void {
    const current = this.#settings.get(table);
    if (specification.Enabled === (current !== undefined)) {
      throw new AwsError(
        'ValidationException',
        `TimeToLive is already ${specification.Enabled ? 'enabled' : 'disabled'}`,
      );
    }
    if (specification.Enabled)
      this.#settings.set(table, { attribute: specification.AttributeName, lastSweep: this.#clock.now() });
    else this.#settings.delete(table);
  }

  describe(table: string) {
    const setting = this.#settings.get(table);
    return setting
      ? { TimeToLiveStatus: 'ENABLED', AttributeName: setting.attribute }
      : { TimeToLiveStatus: 'DISABLED' };
  }

  /** Deletes what has expired long enough ago. */
  async expire(table: string, keyNames: readonly string[]): Promise<void> {
    const setting = this.#settings.get(table);
    const now = this.#clock.now();
    if (!setting || now - setting.lastSweep < sweepEveryMs) return;
    setting.lastSweep = now;
    const until = Math.floor((now - lateMs) / 1000);
    let start: unknown;
    do {
      const page = (await this.#send('Scan', {
        TableName: table,
        FilterExpression: '#ttl BETWEEN :oldest AND :until',
        ExpressionAttributeNames: { '#ttl': setting.attribute },
        ExpressionAttributeValues: { ':oldest': { N: String(until - oldestSeconds) }, ':until': { N: String(until) } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      })) as { Items?: Record<string, unknown>[]; LastEvaluatedKey?: unknown };
      for (const item of page.Items ?? []) {
        await this.#send('DeleteItem', {
          TableName: table,
          Key: Object.fromEntries(keyNames.map((name) => [name, item[name]])),
        });
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }
}
