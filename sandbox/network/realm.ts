import vm from 'node:vm';

/** The globals of the process itself. A test has some of its own, and what functions test with `instanceof` must not be of those. */
export const realm = vm.runInThisContext('globalThis') as typeof globalThis;
