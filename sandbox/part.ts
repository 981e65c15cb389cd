import type { Service } from './aws/contract.ts';

/** A room of the sandbox as booting sees it. Parts are opened in the order of their list and closed in reverse. */
export interface Part {
  /** What it adds to the AWS endpoint, before any part is opened. */
  readonly services: readonly Service[];
  /** Begins what can fail or takes time: ports, clusters, resources. */
  open(): void | Promise<void>;
  /** True when nothing is under way: an idle sandbox stands still. */
  settled(): boolean;
  /** Ends processes, ports and timers, whether or not `open` was called or came to its end. */
  close(): void | Promise<void>;
}

/** A part of services; what is not given does nothing and is always settled. */
export function part(services: readonly Service[], life: Partial<Omit<Part, 'services'>> = {}): Part {
  return { services, open: () => undefined, settled: () => true, close: () => undefined, ...life };
}

/** Opens parts in their order. When one cannot be opened, all are closed, because some hold ports and timers from the start, and its error is thrown. */
export async function openAll(parts: readonly Part[]): Promise<void> {
  try {
    for (const each of parts) await each.open();
  } catch (error) {
    await closeAll(parts).catch(() => undefined);
    throw error;
  }
}

/** Closes parts in reverse. All are closed, then the first error is thrown. */
export async function closeAll(parts: readonly Part[]): Promise<void> {
  const errors: unknown[] = [];
  for (const each of parts.toReversed()) {
    try {
      await each.close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
