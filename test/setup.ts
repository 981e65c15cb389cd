import { join } from 'node:path';

// Logs and metrics of the code under test would drown the names of the tests.
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';
// Most of the time of a scenario would be the compiling of the same bundles in one process after the other.
process.env['SANDBOX_COMPILE_CACHE'] = join(import.meta.dirname, '../.sandbox/compile-cache');
