import { StateFailure } from './failure.ts';
import { type Json, type JsonObject, jsonBytes } from './json.ts';

/** Quotas of https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: one variable, all of one Assign, all stored. */
const largestVariable = 256 * 1024;
const largestTotal = 10 * 1024 * 1024;

/** The variables of one scope. A branch or an iteration reads those around it and keeps its own to itself. */
export class Variables {
  readonly #outer: Variables | undefined;
  #own: JsonObject = {};

  constructor(outer?: Variables) {
    this.#outer = outer;
  }

  /** Everything that can be read here. */
  visible(): JsonObject {
    return this.#outer ? { ...this.#outer.visible(), ...this.#own } : this.#own;
  }

  /** Stores what a state assigns; throws `States.DataLimitExceeded` beyond AWS's quotas. */
  assign(values: JsonObject): void {
    if (jsonBytes(values) > largestVariable)
      throw tooLarge(`The variables of one Assign exceed ${largestVariable} bytes.`);
    const own = { ...this.#own, ...values };
    if (jsonBytes(own) > largestTotal) throw tooLarge(`The stored variables exceed ${largestTotal} bytes.`);
    this.#own = own;
  }

  /** For the texts of histories: each value as JSON. */
  static describe(values: JsonObject): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]: [string, Json]) => [name, JSON.stringify(value)]),
    );
  }
}

function tooLarge(reason: string): StateFailure {
  return new StateFailure('States.DataLimitExceeded', reason);
}
