import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

/**
 * The earliest time that a ZIP file can say, in the zone of this machine as ZIP has none: an archive shall not differ by when it was made.
 */
const never = new Date(1980, 0, 1);

/** Unix, and a plain file that everybody may read: Lambda runs the code as another user than the one that it was packed by. */
const readable = { os: 3, attrs: (0o100644 << 16) >>> 0 } as const;

/** The files of a folder as a ZIP archive: the same files give the same bytes, whenever and wherever it is made. */
export function zipFolder(folder: string): Uint8Array {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const files: Zippable = {};
  for (const name of names.toSorted()) files[name.replaceAll('\\', '/')] = readFileSync(join(folder, name));
  return zipSync(files, { level: 9, mtime: never, ...readable });
}
