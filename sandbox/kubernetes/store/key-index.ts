/** Object keys grouped by a text, such as the pods of a node. */
export class Index {
  readonly #groups = new Map<string, Set<string>>();

  add(group: string, key: string): void {
    const keys = this.#groups.get(group);
    if (keys) keys.add(key);
    else this.#groups.set(group, new Set([key]));
  }

  remove(group: string, key: string): void {
    const keys = this.#groups.get(group);
    if (!keys?.delete(key) || keys.size > 0) return;
    this.#groups.delete(group);
  }

  get(group: string): ReadonlySet<string> {
    return this.#groups.get(group) ?? none;
  }
}

const none: ReadonlySet<string> = new Set();
