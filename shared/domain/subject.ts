/** What work can be about. */
export const subjectKinds = ['instance', 'workload', 'node-group', 'addon', 'cluster'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** One thing that work is about, as in `instance/i-0123456789abcdef0`. */
export type Subject = `${SubjectKind}/${string}`;

export function subjectOf(kind: SubjectKind, id: string): Subject {
  return `${kind}/${id}`;
}

/** The id of a subject, without its kind. */
export function idOf(subject: Subject): string {
  return subject.slice(subject.indexOf('/') + 1);
}
