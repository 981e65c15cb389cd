/** A message of a queue, wherever it was received. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** For deleting what was received beside the event source mapping. */
  readonly receipt: string;
}

export interface Queue {
  /** Up to ten messages that are there now. */
  receive(limit: number): Promise<readonly Message[]>;
  delete(messages: readonly Message[]): Promise<void>;
}

export interface Outbox {
  send(bodies: readonly string[]): Promise<void>;
}
