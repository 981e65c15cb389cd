/** Something that has happened, for people who watch. */
export interface WorldChange {
  /** An instance id, a group or a cluster. */
  readonly subject: string;
  readonly text: string;
}

/** Tells those who watch the world what has happened. */
export class Changes {
  readonly #listeners = new Set<(what: WorldChange) => void>();

  readonly tell = (what: WorldChange): void => {
    for (const listener of this.#listeners) listener(what);
  };

  /** Gives a function that ends it. */
  listen(onChange: (what: WorldChange) => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }
}
