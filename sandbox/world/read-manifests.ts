import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** The objects that `kubectl apply -k` of a folder would apply: those in the files that its kustomization.yaml lists, in that order. */
export function readManifests(folder: string): object[] {
  const { resources } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
  return resources
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')))
    .map((document) => document.toJS() as object)
    .filter((manifest) => manifest !== null);
}
