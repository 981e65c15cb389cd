import { join } from 'node:path';
import { announced } from './drills/announcement.ts';
import { ask, meant, readRequest, usage } from './drills/ask.ts';
import { InputError } from './input.ts';

try {
  const request = readRequest(process.argv.slice(2));
  if (request) {
    const all = announced(join(import.meta.dirname, '..', '.sandbox'));
    console.log(await ask(meant(all, request.port), request));
  } else console.log(usage);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(`npm run interrupt: ${error.message}`);
  process.exitCode = 2;
}
