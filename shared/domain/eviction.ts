/** What the API server says to an eviction; source: kubernetes pkg/registry/core/pod/storage/eviction.go. */
export type EvictionAnswer =
  | { readonly kind: 'Evicted' }
  /** 404, or 409 on the UID: the pod that was meant is gone. */
  | { readonly kind: 'Gone' }
  | { readonly kind: 'BudgetHolds'; readonly message: string; readonly retryAfterSeconds?: number }
  | { readonly kind: 'BudgetNotObserved'; readonly message: string; readonly retryAfterSeconds?: number }
  | { readonly kind: 'SeveralBudgets'; readonly message: string }
  | { readonly kind: 'NamespaceTerminating'; readonly message: string }
  /** An admission webhook or policy refused, or we may not. */
  | { readonly kind: 'Denied'; readonly message: string }
  /** Throttled, timed out or broken off: ask again later. */
  | { readonly kind: 'Unavailable'; readonly message: string };
