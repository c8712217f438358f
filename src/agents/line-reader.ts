// Cuts what a socket brings into lines. What is held of one is a single buffer, however small the pieces come.

const NEWLINE = 10
const FIRST_BYTES = 1_024

export class LineReader {
  #held = Buffer.alloc(0)
  #length = 0

  /** Hands on each line that is whole. False if one is longer than `mostBytes` says at that moment: no more is read. */
  push(chunk: Buffer, mostBytes: () => number, onLine: (line: string) => void): boolean {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      if (this.#length + end - from > mostBytes()) return false
      onLine(this.#take(chunk.subarray(from, end)))
      from = end + 1
    }
    if (this.#length + chunk.length - from > mostBytes()) return false
    if (from < chunk.length) this.#hold(chunk.subarray(from))
    return true
  }

  #take(last: Buffer): string {
    if (this.#length === 0) return last.toString('utf8')
    this.#hold(last)
    const line = this.#held.toString('utf8', 0, this.#length)
    this.#held = Buffer.alloc(0)
    this.#length = 0
    return line
  }

  #hold(part: Buffer): void {
    const needed = this.#length + part.length
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * this.#held.length, needed))
      this.#held.copy(larger, 0, 0, this.#length)
      this.#held = larger
    }
    part.copy(this.#held, this.#length)
    this.#length = needed
  }
}
