import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

const known = new Map<string, object[]>();

/** The objects of a YAML text; each caller may change its own. */
function objectsIn(text: string): object[] {
  const found =
    known.get(text) ??
    parseAllDocuments(text)
      .map((document) => document.toJS() as object)
      .filter((manifest) => manifest !== null);
  known.set(text, found);
  return structuredClone(found);
}

/** The objects that `kubectl apply -k` of a folder would apply: those in the files that its kustomization.yaml lists, in that order. */
export function readManifests(folder: string): object[] {
  const { resources } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
  return resources.flatMap((name) => objectsIn(readFileSync(join(folder, name), 'utf8')));
}
