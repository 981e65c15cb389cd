import { createCloud } from './aws/cloud.ts';
import { Iam } from './aws/iam/iam.ts';
import { SandboxClock } from './clock.ts';
import type { Sandbox, SandboxOptions } from './contract.ts';
import { LocalNetwork } from './network/local-network.ts';
import { closeAll, openAll } from './part.ts';
import { Passage } from './passage.ts';
import { namedRandom, seededRandom } from './random.ts';
import { createRooms, type Foundation, type Rooms } from './rooms.ts';

import type { Sky } from './weather/contract.ts';
import { makeWeather } from './weather/weather.ts';

export type { Sandbox } from './contract.ts';

/** The sandbox begins so far in the past: what is skipped must not bring it ahead of the clients that people use. */
const headStart = 900_000;

/** A whole second, because the time of an event is one: what follows from it shall not depend on when the sandbox began. */
function beginning(): number {
  return Math.floor((Date.now() - headStart) / 1_000) * 1_000;
}

/** Boots the cloud: services, world and clusters first, then everything that the template declares. */
export async function bootSandbox(options: SandboxOptions): Promise<Sandbox> {
  let booted = false;
  const foundation = foundationOf(options, () => !booted || passage.open);
  const { clock, cloud } = foundation;
  const rooms = createRooms(foundation, options);
  const passage = new Passage(clock, () => rooms.parts.every((each) => each.settled()));
  cloud.add(...rooms.parts.flatMap(({ services }) => services));
  try {
    await openAll(rooms.parts);
  } catch (error) {
    clock.close();
    throw error;
  }
  booted = true;
  if (options.mode === 'real' && options.kubeconfig === undefined) await passage.followWallClock();
  return running(foundation, rooms, passage);
}

function foundationOf(options: SandboxOptions, mayJump: () => boolean): Foundation {
  const { begins: start = beginning(), inProcess = false } = options;
  const clock =
    options.kubeconfig === undefined
      ? new SandboxClock({ mode: 'skip', start, mayJump, sockets: !inProcess })
      : new SandboxClock({ mode: 'real' });
  const network = new LocalNetwork(() => clock.stir());
  const random = (stream: number) => seededRandom(options.seed * 100 + stream);
  const roles = new Iam(random(1));
  const weather = skyOf(options, clock);
  const { witness } = options;
  const cloud = createCloud({ clock, random: random(5), roles, services: [], weather, witness });
  return { clock, random, roles, network, weather, cloud };
}

function skyOf({ weather, seed }: SandboxOptions, clock: SandboxClock): Sky | undefined {
  if (!weather || 'aws' in weather) return weather;
  return makeWeather(weather, clock, (place) => namedRandom(seed, place));
}

function running({ clock, cloud }: Foundation, rooms: Rooms, passage: Passage): Sandbox {
  const { world, states, buses, queues, runtime, alarms, outbox, door, template, parts } = rooms;
  return {
    clock,
    cloud,
    world,
    states,
    buses,
    queues,
    runtime,
    alarms,
    outbox,
    loaded: template.loaded,
    endpoint: door.endpoint,
    untilIdle: async () => await passage.untilIdle(),
    letPass: async (milliseconds) => await passage.letPass(milliseconds),
    followWallClock: async () => await passage.followWallClock(),
    async close() {
      await closeAll(parts);
      clock.close();
    },
  };
}
