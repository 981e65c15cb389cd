import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { guardRails } from '../../functions/check/core/findings.ts';
import { forceDeleteRight, type Right, rightInWords, roleRights } from '../../shared/domain/right.ts';
import { textOf } from '../infra/resources.ts';
import { synthesized } from '../infra/synthesized.ts';

const folder = join(import.meta.dirname, '..', '..', 'infra', 'kubernetes');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const { resources: files } = parse(read('kustomization.yaml')) as { resources: string[] };

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly rules?: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  readonly subjects?: readonly { kind: string; name: string }[];
}
const manifests = files.flatMap((name) => parseAllDocuments(read(name)).map((document) => document.toJS() as Manifest));

/** What a ClusterRole allows, in the words of `kubectl auth can-i`. */
function rightsOf(role: string): string[] {
  const rules = manifests.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === role)?.rules ?? [];
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb): string => rightInWords({ verb, group, resource }))),
    ),
  );
}

const words = (rights: readonly Right[]) => rights.map(rightInWords).toSorted();

describe('the rights in a cluster', () => {
  it('are those that the code asks for, role by role', () => {
    expect(rightsOf('eks-steward:reader').toSorted()).toEqual(words(roleRights.read));
    expect(rightsOf('eks-steward:inspector').toSorted()).toEqual(words(roleRights.inspect));
    expect(rightsOf('eks-steward:drainer').toSorted()).toEqual(words(roleRights.drain));
    expect(rightsOf('eks-steward:force-delete')).toEqual(words([forceDeleteRight]));
  });

  it('let the groups that only look change nothing', () => {
    for (const role of ['eks-steward:reader', 'eks-steward:inspector'])
      expect(rightsOf(role).filter((right) => !/^(get|list) /.test(right))).toEqual([]);
  });

  it('are bound for every group that an access entry names', async () => {
    const stack = await synthesized();
    const groups = stack.ofType('AWS::EKS::AccessEntry').flatMap(({ Properties }) => Properties['KubernetesGroups']);
    const bound = manifests.flatMap(({ subjects = [] }) => subjects.map(({ name }) => name));
    expect(groups.length).toBeGreaterThan(0);
    expect(bound).toEqual(expect.arrayContaining([...new Set(groups.map(textOf))]));
  }, 240_000);
});

describe('the guard rails', () => {
  const policies = manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');

  it('are the policies that check looks for, each with the version that the code needs', () => {
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(guardRails.names);
    for (const { metadata } of policies) expect(metadata.annotations?.[guardRails.annotation]).toBe(guardRails.version);
  });

  it('get another version when they change: check then says where old ones are', () => {
    const text = read('guard-rails/policies.yaml')
      .replace(/^\s*#.*$/gm, '')
      .replace(/guard-rails: "\d+"/g, '');
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
    expect({ version: guardRails.version, hash }).toEqual({ version: '1', hash: '8b6d9f8a6bd90710' });
  });
});
