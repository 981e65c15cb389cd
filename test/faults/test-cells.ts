import { expect, it, jest } from '@jest/globals';
import { inNpmTest, nameOf } from './cells.ts';
import { expectedFailures } from './expected-failures.ts';
import { runCell } from './run-cell.ts';

/** In how many files, and so among how many workers, the cells of `npm test` are shared. */
const shares = 4;

/** Makes a test of every cell of a share: that it ends as stated or, where that is known, violates these checks and no others. */
export function testCells(share: number): void {
  jest.setTimeout(240_000);
  const cells = inNpmTest
    .filter((_, index) => index % shares === share)
    .map((cell) => {
      const known = expectedFailures[nameOf(cell)] ?? [];
      const title = known.length > 0 ? `${nameOf(cell)}: is known to violate ${known.join(', ')}` : nameOf(cell);
      return { title, cell, known };
    });
  it.each(cells)('$title', async ({ cell, known }) => {
    expect(await runCell(cell)).toEqual(known);
  });
}
