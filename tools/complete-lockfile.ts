// Writes the entries of optional platform packages that `npm install` leaves out of package-lock.json when the
// registry at hand does not serve them. Without them `npm ci` fails with EUSAGE, and installs on other platforms break.
// Takes out the engines that npm would warn about although the Node that the lockfile brings along runs those packages.
// Run after every change of dependencies: `npm run lock`.
import { readFileSync, writeFileSync } from 'node:fs';
import { missingPlatformEntries, newerThanInstaller } from './lockfile.ts';

const path = 'package-lock.json';
const lock = JSON.parse(readFileSync(path, 'utf8'));
const missing = missingPlatformEntries(lock.packages);
Object.assign(lock.packages, missing);
const newer = newerThanInstaller(lock.packages);
for (const path of newer) delete lock.packages[path].engines;
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(
  `package-lock.json: ${Object.keys(missing).length} optional entries added, ${newer.length} engines taken out`,
);
