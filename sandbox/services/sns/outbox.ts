/** A message that a real topic would have mailed. */
export interface Mail {
  /** Epoch milliseconds on the sandbox's clock. */
  readonly at: number;
  readonly to: string;
  readonly topicArn: string;
  readonly subject: string;
  readonly body: string;
}

/** Where mails go instead of into the world: kept in order, and told to whoever listens. */
export class Outbox {
  readonly #mails: Mail[] = [];
  readonly #listeners: ((mail: Mail) => void)[] = [];

  get mails(): readonly Mail[] {
    return this.#mails;
  }

  onMail(listener: (mail: Mail) => void): void {
    this.#listeners.push(listener);
  }

  put(mail: Mail): void {
    this.#mails.push(mail);
    for (const listener of this.#listeners) listener(mail);
  }
}
