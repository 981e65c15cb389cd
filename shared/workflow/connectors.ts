import { type Clock, systemClock } from '../runtime/clock.ts';

/**
 * Connects one port of a deployed function: called once in the life of a function environment, it gives what makes the port of one
 * invocation. Every call that the port makes ends with the signal. The files in live/ are these, one a port, so that a bundle holds
 * only what its function needs.
 */
type Connector<Port> = () => (signal: AbortSignal) => Port;

/** A connector for each port, and none besides. */
export type Connectors<Ports> = { readonly [Name in Exclude<keyof Ports, 'clock'>]: Connector<Ports[Name]> };

/** Connects on the first call and keeps clients and connections for the calls after it. */
export function connectOnce<Ports extends { readonly clock: Clock }>(
  connectors: Connectors<Ports>,
  clock: Clock = systemClock,
): (signal: AbortSignal) => Ports {
  let connected: (readonly [name: string, port: (signal: AbortSignal) => unknown])[] | undefined;
  return (signal) => {
    connected ??= Object.entries<Connector<unknown>>(connectors).map(([name, connect]) => [name, connect()]);
    const ports = connected.map(([name, port]) => [name, port(signal)]);
    return { ...Object.fromEntries(ports), clock } as Ports;
  };
}
