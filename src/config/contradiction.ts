// What is thrown where keys of one rule contradict each other.

/** `key` is the one that is to blame: the message names where it stands. */
export class Contradiction extends Error {
  readonly key: string

  constructor(key: string, message: string) {
    super(message)
    this.key = key
  }
}
