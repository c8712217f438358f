// What becomes of an event that has begun and is not whole. supervisord sends nothing else until it is answered, so
// silence says that no more of it comes. Counted in looks, not read from a clock: a memmon that was itself stopped
// looks once and then reads what has come meanwhile.

export interface UnfinishedPorts {
  /** The reader's state. */
  readonly reader: { readonly isInside: boolean; readonly isLost: boolean }
  /** All of an event whose header cannot be read has come. */
  readonly onQuiet: () => void
  /** The rest of an event does not come, or one whose header cannot be read does not end. */
  readonly onStalled: () => void
}

const LOOK_EVERY_MS = 250
/** Less than a second of silence ends an event of unknown length. */
const QUIET_LOOKS = 4
/** supervisord itself may be busy for seconds, or stopped: only half a minute says that nothing comes. */
export const STALLED_MS = 30_000
const STALLED_LOOKS = STALLED_MS / LOOK_EVERY_MS

/** To be called after each chunk; costs nothing between events. */
export function createUnfinishedWatch({ reader, onQuiet, onStalled }: UnfinishedPorts): () => void {
  let timer: NodeJS.Timeout | undefined
  let silentLooks = 0
  let lostLooks = 0

  const end = (callback?: () => void) => {
    clearInterval(timer)
    timer = undefined
    lostLooks = 0
    callback?.()
  }
  const look = () => {
    silentLooks++
    if (reader.isLost) lostLooks++
    if (reader.isLost && silentLooks >= QUIET_LOOKS) end(onQuiet)
    else if (silentLooks >= STALLED_LOOKS || lostLooks >= STALLED_LOOKS) end(onStalled)
  }
  return () => {
    silentLooks = 0
    if (reader.isInside) timer ??= setInterval(look, LOOK_EVERY_MS)
    else if (timer) end()
  }
}
