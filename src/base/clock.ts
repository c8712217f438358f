// The monotonic clock: CLOCK_MONOTONIC. It counts from the boot, is the same for every process of that boot,
// stands still while the machine is suspended, and no change of the date moves it (clock_gettime(2)).

/** A reading of that clock in milliseconds; what is measured by it is named ...Tick. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
