import type { Cases, ExecutionScope, Resize } from '../../shared/aws/cases.ts';
import { type Case, leaseHasEnded, leaseLength } from '../../shared/domain/case.ts';

/** The table of cases in memory; passes the same suite as the one in DynamoDB. */
export function fakeCases(now: () => number): Cases & { readonly rows: Map<string, Case> } {
  const rows = new Map<string, Case>();
  const scopes = new Map<string, ExecutionScope>();
  const resizes = new Map<string, Resize>();
  const endings = new Map<string, Set<string>>();
  const locks = new Map<string, { holder: string; until: number }>();
  const key = ({ execution, group, direction }: Pick<Resize, 'execution' | 'group' | 'direction'>) =>
    `${execution} ${direction} ${group}`;
  const open = (news: Parameters<Cases['openOrJoin']>[0], holder: string | null): Case => {
    const generation = (rows.get(news.instanceId)?.generation ?? 0) + 1;
    const lease = { holder, leaseUntil: holder === null ? null : now() + leaseLength };
    const opened: Case = { ...news, ...lease, generation, state: 'Open', openedAt: now(), closed: null };
    rows.set(news.instanceId, opened);
    return opened;
  };
  return {
    rows,
    async openOrJoin(news) {
      const known = rows.get(news.instanceId);
      if (known?.state !== 'Open') return { case: open(news, null), opened: true };
      const sooner =
        !known.forced || known.deadline === null || (news.deadline ?? Number.MAX_SAFE_INTEGER) < known.deadline;
      const joined =
        news.forced && sooner ? { ...known, forced: true, cause: news.cause, deadline: news.deadline } : known;
      rows.set(news.instanceId, joined);
      return { case: joined, opened: false };
    },
    async read(ids) {
      return new Map(ids.flatMap((id) => (rows.has(id) ? [[id, rows.get(id) as Case] as const] : [])));
    },
    async claim(news, execution) {
      const known = rows.get(news.instanceId);
      if (known?.state !== 'Open') return { claimed: true, case: open(news, execution) };
      const free = known.holder === null || known.holder === execution || leaseHasEnded(known, now());
      if (!free) return { claimed: false, case: known };
      const claimed = { ...known, holder: execution, leaseUntil: now() + leaseLength };
      rows.set(news.instanceId, claimed);
      return { claimed: true, case: claimed };
    },
    async renew(ids, execution) {
      for (const id of ids) {
        const known = rows.get(id);
        if (known?.state !== 'Open' || (known.holder ?? execution) !== execution) continue;
        rows.set(id, { ...known, holder: execution, leaseUntil: now() + leaseLength });
      }
      return await this.read(ids);
    },
    async abandon({ instanceId, generation, holder }) {
      const known = rows.get(instanceId);
      if (known?.state !== 'Open' || known.generation !== generation || known.holder !== holder) return undefined;
      const leaseUntil = holder === null ? null : 0;
      const abandoned = { ...known, generation: generation + 1, openedAt: now(), leaseUntil };
      rows.set(instanceId, abandoned);
      return abandoned;
    },
    async close(instanceId, execution, outcome) {
      const known = rows.get(instanceId);
      if (known?.state !== 'Open' || known.holder !== execution) return;
      rows.set(instanceId, { ...known, state: 'Closed', closed: { at: now(), outcome } });
    },
    async recordExecution(scope) {
      scopes.set(scope.execution, scope);
    },
    async scopeOf(execution) {
      return scopes.get(execution);
    },
    async recordResize(resize) {
      const recorded = resizes.get(key(resize)) ?? resize;
      resizes.set(key(resize), recorded);
      return recorded;
    },
    async settleResize(resize) {
      resizes.set(key(resize), { ...resize, settled: true });
    },
    async readResizes(execution, groups) {
      return [...resizes.values()].filter((resize) => resize.execution === execution && groups.includes(resize.group));
    },
    async recordEndings(execution, instanceIds) {
      endings.set(execution, new Set([...(endings.get(execution) ?? []), ...instanceIds]));
    },
    async endingsOf(execution) {
      return endings.get(execution) ?? new Set();
    },
    async lockGroup(group, execution) {
      const lock = locks.get(group);
      if (lock && lock.holder !== execution && lock.until >= now()) return false;
      locks.set(group, { holder: execution, until: now() + 20_000 });
      return true;
    },
    async unlockGroup(group, execution) {
      if (locks.get(group)?.holder === execution) locks.delete(group);
    },
  };
}
