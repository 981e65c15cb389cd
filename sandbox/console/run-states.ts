import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { SandboxClock } from '../clock.ts';
import { span } from './span.ts';

/** A state is told so often; what comes again after that is a loop, which is told as a whole. */
const toldVisits = 2;
/** When a minute takes a minute, people want a word at least so often. Milliseconds. */
const wordEvery = 60_000;

interface Visits {
  count: number;
  readonly since: number;
}

/** The states of one execution, in which repeated looks become one line. */
export class RunStates {
  readonly #clock: SandboxClock;
  readonly #say: (text: string) => void;
  readonly #visits = new Map<string, Visits>();
  #saidAt: number;
  /** The loop that is not told yet: the state that it began with, and what says best what it waits for. */
  #loop: { readonly state: string; readonly visits: Visits; waitsFor: string } | undefined;
  /** The reasons of the latest answer that had any. */
  #reasons: string | undefined;

  constructor(clock: SandboxClock, say: (text: string) => void) {
    this.#clock = clock;
    this.#say = say;
    this.#saidAt = clock.now();
  }

  /** Takes the next event of the execution's history (Step Functions API reference, HistoryEvent). */
  record(event: HistoryEvent): void {
    const type = event.type ?? '';
    const state = event.stateEnteredEventDetails?.name;
    if (state !== undefined) this.#enter(state, type === 'WaitStateEntered');
    const output = event.taskSucceededEventDetails?.output ?? event.lambdaFunctionSucceededEventDetails?.output;
    if (output !== undefined) this.#reasons = reasonsIn(output);
    if (/^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(type)) this.#endLoop();
  }

  #enter(state: string, isWait: boolean): void {
    const now = this.#clock.now();
    const visits = this.#visits.get(state) ?? { count: 0, since: now };
    this.#visits.set(state, visits);
    visits.count += 1;
    if (visits.count === 1 || (!this.#loop && visits.count <= toldVisits)) {
      this.#endLoop();
      this.#tell(state);
      return;
    }
    this.#loop ??= { state, visits, waitsFor: state };
    // The answers up to here led to another look; the one that ends the loop says something else.
    if (isWait) this.#loop.waitsFor = this.#reasons ?? state;
    else if (state === this.#loop.state) this.#loop.waitsFor = this.#reasons ?? this.#loop.waitsFor;
    if (this.#clock.mode === 'real' && now - this.#saidAt >= wordEvery) this.#endLoop();
  }

  #endLoop(): void {
    const loop = this.#loop;
    if (!loop) return;
    this.#loop = undefined;
    const { count, since } = loop.visits;
    this.#tell(`still waiting, ${count} looks in ${span(this.#clock.now() - since)}: ${loop.waitsFor}`);
  }

  #tell(text: string): void {
    this.#saidAt = this.#clock.now();
    this.#say(text);
  }
}

interface Reason {
  readonly about: string;
  readonly text: string;
}

/** The first of the reasons that a task's answer gives, as a person reads it; undefined for other answers. */
function reasonsIn(output: string): string | undefined {
  const answer = JSON.parse(output) as { readonly Payload?: unknown };
  const { reasons } = (answer.Payload ?? answer) as { readonly reasons?: readonly Reason[] };
  const [first, ...more] = Array.isArray(reasons) ? (reasons as readonly Reason[]) : [];
  if (first === undefined) return undefined;
  return `${first.about}: ${first.text}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
}
