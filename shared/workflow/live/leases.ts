import { dynamoLeases } from '../../work/dynamo/leases.ts';
import { workTable } from './work-table.ts';

export const leases = () => {
  const table = workTable();
  return (signal: AbortSignal) => dynamoLeases(table(signal));
};
