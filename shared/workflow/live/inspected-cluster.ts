import { admissionCalls } from '../../kubernetes/admission.ts';
import { clusterClient } from '../../kubernetes/client.ts';
import { clusterWith } from './cluster.ts';

/** As `cluster`, for what `check` reads besides. */
export const inspectedCluster = () =>
  clusterWith((connection, clock, signal) => ({
    ...clusterClient(connection, clock, signal),
    ...admissionCalls({ connection, signal }),
  }));
