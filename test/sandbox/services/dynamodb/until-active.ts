import { person } from '../../../../sandbox/aws/contract.ts';
import type { TestCloud } from '../../aws/support.ts';

/** Resolves when a new table is ACTIVE; as on AWS, one that is still being created takes no items. */
export async function untilActive({ cloud }: Pick<TestCloud, 'cloud'>, TableName: string): Promise<void> {
  const status = async () => {
    const input = { TableName };
    return (await cloud.call<{ Table: { TableStatus: string } }>('dynamodb', 'DescribeTable', input, person)).Table;
  };
  while ((await status()).TableStatus !== 'ACTIVE') await new Promise((resolve) => setImmediate(resolve));
}
