// Thrown if keys of one rule contradict each other.

/** `key` is the one to blame: the message says where it is. */
export class Contradiction extends Error {
  readonly key: string

  constructor(key: string, message: string) {
    super(message)
    this.key = key
  }
}
