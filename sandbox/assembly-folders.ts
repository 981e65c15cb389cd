import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that nobody has begun to use for so long goes, unless one of its users still runs. Milliseconds. */
const unusedFor = 86_400_000;

/** In each folder, a file of this name and the process id stands for everybody who runs what is in it. */
const mark = 'used-by-';

/** Marks the folder of an assembly as used by this process. Is it there? */
export function use(folder: string): boolean {
  const file = join(folder, `${mark}${process.pid}`);
  if (existsSync(file)) return true;
  try {
    writeFileSync(file, '');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Removes what is old and nobody's, so that a day's work does not fill the disk. */
export function removeUnused(folders: string): void {
  for (const name of readdirSync(folders)) {
    const folder = join(folders, name);
    try {
      // The marks are files of the folder: its time is that of the last one.
      if (Date.now() - statSync(folder).mtimeMs < unusedFor || readdirSync(folder).some(isOfLiving)) continue;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function isOfLiving(name: string): boolean {
  if (!name.startsWith(mark)) return false;
  try {
    // Signal 0 asks whether the process is there (kill(2)).
    process.kill(Number(name.slice(mark.length)), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
