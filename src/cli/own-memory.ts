// memmon's own memory. What counts is what is left after a collection: a full check of a thousand processes makes a
// megabytes of garbage that V8 is in no hurry to give back.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** RSS in bytes; if it is over the limit, what is left of it after a collection. */
export function ownRssBytes(limitBytes: number): number {
  const rssBytes = process.memoryUsage.rss()
  if (rssBytes <= limitBytes) return rssBytes
  collectGarbage()
  return process.memoryUsage.rss()
}

/** Takes 5 to 10 ms: for the garbage of a full check, which quiet checks would leave where it is for hours. */
export function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
