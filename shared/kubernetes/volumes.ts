import { StorageV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/StorageV1Api.js';
import type { V1VolumeAttachment } from '@kubernetes/client-node/dist/gen/models/V1VolumeAttachment.js';
import type { ClusterApi } from './cluster-api.ts';
import { listAll, page, type Session } from './lists.ts';
import type { Wire } from './wire.ts';

export function volumeCalls(session: Session): Pick<ClusterApi, 'countVolumes'> {
  const storage = new StorageV1ApiRequestFactory(session.connection.configuration);
  return {
    async countVolumes(nodeNames) {
      const request = (token: string | undefined) =>
        storage.listVolumeAttachment(undefined, undefined, token, undefined, undefined, page);
      const what = 'list volumeattachments.storage.k8s.io';
      const attachments = await listAll<Wire<V1VolumeAttachment>>(session, request, what);
      const wanted = new Set(nodeNames);
      const counts = new Map<string, number>();
      for (const { spec } of attachments) {
        const name = spec?.nodeName ?? '';
        if (wanted.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return counts;
    },
  };
}
