import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Job, Result } from './jobs.ts';

/** A process is replaced after so many histories: what one leaves in memory shall not slow the others. */
const histories = 200;

/**
 * Plays histories in processes beside each other.
 *
 * @param next the job to be done next; undefined when there are no more
 * @param done is called with each result, in the order in which they come
 */
export async function playAll(
  processes: number,
  next: () => Job | undefined,
  done: (result: Result) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: processes }, async () => await workOff(next, done)));
}

async function workOff(next: () => Job | undefined, done: (result: Result) => void): Promise<void> {
  let worker: ChildProcess | undefined;
  let left = 0;
  for (let job = next(); job; job = next()) {
    if (left === 0) {
      worker?.kill();
      worker = fork(join(import.meta.dirname, 'worker.ts'));
      await answerOf(worker);
      left = histories;
    }
    left -= 1;
    const answer = answerOf(worker as ChildProcess, job.seed);
    worker?.send(job);
    done((await answer) as Result);
  }
  worker?.kill();
}

function answerOf(worker: ChildProcess, seed?: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) => {
      reject(new Error(`a worker ended with ${code}${seed === undefined ? '' : ` at seed ${seed}`}`));
    };
    worker.once('exit', fail);
    worker.once('message', (message) => {
      worker.off('exit', fail);
      resolve(message);
    });
  });
}
