/** Who replaces a node besides us; see docs/workflows/node-replacement.md. */
export const owners = ['managed-node-group', 'karpenter', 'auto-mode', 'cluster-autoscaler'] as const;
export type Owner = (typeof owners)[number];
