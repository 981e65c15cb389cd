import { dynamoCases } from '../../work/dynamo/cases.ts';
import { workTable } from './work-table.ts';

export const cases = () => {
  const table = workTable();
  return (signal: AbortSignal) => dynamoCases(table(signal));
};
