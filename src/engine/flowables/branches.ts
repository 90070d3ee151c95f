/** Branches that every flowable has beside its own. */
export const errorBranches = [
  { property: 'errors', required: false, shape: 'list' },
  { property: 'finally', required: false, shape: 'list' },
] as const;
