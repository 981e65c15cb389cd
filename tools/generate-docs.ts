// Writes the tables in docs/ and the JSON schemas that come from source: `npm run docs`. A test fails when they are out of date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../sandbox/synth.ts';
import { regenerate } from './generated-docs.ts';
import { jsonSchemas } from './json-schemas.ts';

const root = join(import.meta.dirname, '..');
const { template } = await synthesize(root);
const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => join('docs', path));
for (const path of ['README.md', ...pages]) {
  if (!path.endsWith('.md')) continue;
  const file = join(root, path);
  const before = readFileSync(file, 'utf8');
  const after = regenerate(before, template);
  if (after !== before) writeFileSync(file, after);
}
for (const [path, text] of Object.entries(jsonSchemas())) writeFileSync(join(root, path), text);
