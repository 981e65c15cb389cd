import type { Settings } from '../../shared/aws/settings.ts';
import { parseClusterSettings } from '../../shared/config/parse.ts';
import { UnknownClusterError } from '../../shared/runtime/errors.ts';

export interface FakeSettings extends Settings {
  /** What steward.yaml says of each cluster. */
  clusters: Readonly<Record<string, object>>;
  pausedBy: string | undefined;
}

/** Deployed settings in memory, of any age. */
export function fakeSettings(clusters: Readonly<Record<string, object>>): FakeSettings {
  const fake: FakeSettings = {
    clusters,
    pausedBy: undefined,
    async cluster(name) {
      const given = fake.clusters[name];
      if (given === undefined) throw new UnknownClusterError(`steward.yaml names no cluster '${name}'`);
      return parseClusterSettings(given);
    },
    paused: async () => fake.pausedBy,
  };
  return fake;
}
