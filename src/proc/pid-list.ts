// A list of pids without an object a pid: an array that grows and is used again.

export class PidList {
  /** The first `count` are the list; what stands behind them is older. */
  pids = new Int32Array(64)
  count = 0

  clear(): void {
    this.count = 0
  }

  add(pid: number): void {
    if (this.count === this.pids.length) {
      const larger = new Int32Array(this.count * 2)
      larger.set(this.pids)
      this.pids = larger
    }
    this.pids[this.count++] = pid
  }
}
