type Values = Readonly<Record<string, unknown>>;

/** One write of one row, in the names of its attributes; the row is made when there is none. */
export interface Change {
  /** New values; undefined takes the attribute away. */
  readonly set: Values;
  /** Values for attributes that the row does not have yet. */
  readonly setIfMissing?: Values;
  /** A number to count up by one, from 0. */
  readonly count?: string;
  /** When it may be written: attributes as `#name`, values, those of `set` too, as `:name`. None: always. */
  readonly condition?: string;
  /** Values of the condition that are not in `set`. */
  readonly values?: Values;
  /**
   * The attribute that keeps this write's token. What opens a row keeps it in one of its own, which later writes leave
   * alone: else whoever joins between a write and its repetition would make the opener take itself for a joiner.
   */
  readonly token?: 'openToken' | 'token';
}

export function tokenNameOf(change: Change): string {
  return change.token ?? 'token';
}

/** The change in the words of UpdateItem. Every name is an alias: DynamoDB reserves words such as `state` and `token`. */
export function expressionsOf(change: Change, token: string) {
  const set = Object.entries(
    change.condition === undefined ? change.set : { ...change.set, [tokenNameOf(change)]: token },
  );
  const given = set.filter(([, value]) => value !== undefined);
  const removed = set.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
  const missing = Object.entries(change.setIfMissing ?? {});
  const { count } = change;
  const assignments = [
    ...given.map(([name]) => `#${name} = :${name}`),
    ...missing.map(([name]) => `#${name} = if_not_exists(#${name}, :${name})`),
    ...(count === undefined ? [] : [`#${count} = if_not_exists(#${count}, :zero) + :one`]),
  ];
  const update = `SET ${assignments.join(', ')}${removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`}`;
  const values = [...given, ...missing, ...Object.entries(change.values ?? {})].map(([name, value]) => [
    `:${name}`,
    value,
  ]);
  const names = `${update} ${change.condition ?? ''}`.matchAll(/#(\w+)/g);
  return {
    UpdateExpression: update,
    ...(change.condition !== undefined && { ConditionExpression: change.condition }),
    ExpressionAttributeNames: Object.fromEntries([...names].map(([alias, name]) => [alias, name as string])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(values),
      ...(count !== undefined && { ':zero': 0, ':one': 1 }),
    } as Record<string, unknown>,
  };
}
