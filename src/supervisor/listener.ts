// The event listener: answers every event, starts a check for a tick, and is the only thing that writes to
// stdout. It never answers FAIL (supervisord would send the event again at once, for ever), and it answers
// before a check that takes long is done, so that supervisord's event buffer cannot overflow.
import { EventReader, type SupervisorEvent } from './event-reader.ts'
import { createUnfinishedWatch } from './unfinished-event.ts'

const READY = 'READY\n'
const ACKNOWLEDGED = 'RESULT 2\nOK'
/** How long the answer to a tick waits for its check. */
const ANSWER_WITHIN_MS = 50

export interface ListenerPorts {
  /** Writes to supervisord, whole and in order. */
  readonly write: (text: string) => void
  /** Runs one check; never rejects. */
  readonly check: () => Promise<void> | undefined
  /** Any tick, late ones too. */
  readonly onTick: (periodSeconds: number) => void
  /** A tick that was answered without a check, and why. */
  readonly onSkippedTick: (reason: 'late' | 'busy', whenSeconds: number) => void
  /** A header that cannot be read, by its beginning; its event is answered when all of it has come. */
  readonly onUnreadable: (beginning: string) => void
  /** supervisord counts bytes in `len`, which took a silence to see: said once. */
  readonly onCountedInBytes: () => void
  /** The rest of an event does not come: it is answered, and memmon has to end, for nobody knows where the next one begins. */
  readonly onStalled: () => void
  readonly nowMs: () => number
}

/** What the rest of memmon needs of the listener. */
export interface Listener {
  /** Says READY: to be called once, when events may come. */
  start(): void
  /** Takes bytes from supervisord, cut anywhere. */
  push(chunk: Uint8Array): void
  /** An event of any kind has come. */
  readonly hasHeard: boolean
  /** Answers the event that is open, if any, so that it is not sent again: to be called when memmon has to end. */
  answer(): void
}

/** A listener that has not said READY yet. */
export function createListener(ports: ListenerPorts): Listener {
  let checking = false
  let unanswered = 0
  let hasHeard = false

  const answer = () => {
    if (unanswered === 0) return
    unanswered--
    ports.write(ACKNOWLEDGED + READY)
  }

  const onEvent = (event: SupervisorEvent) => {
    hasHeard = true
    unanswered++
    if (event.tickPeriodSeconds === 0) return answer()
    ports.onTick(event.tickPeriodSeconds)
    // Older than its own period, it is one of several that have piled up, or the next one is due: that one is checked.
    if (ports.nowMs() / 1000 - event.whenSeconds > event.tickPeriodSeconds) {
      answer()
      return ports.onSkippedTick('late', event.whenSeconds)
    }
    if (checking) {
      answer()
      return ports.onSkippedTick('busy', event.whenSeconds)
    }
    const running = ports.check()
    if (!running) return answer()
    checking = true
    answerOnce(running)
  }

  const answerOnce = (running: Promise<void>) => {
    let answered = false
    const once = () => {
      if (!answered) answer()
      answered = true
    }
    const timer = setTimeout(once, ANSWER_WITHIN_MS)
    running.finally(() => {
      clearTimeout(timer)
      checking = false
      once()
    })
  }

  const reader = new EventReader({ onEvent, onUnreadable: ports.onUnreadable })
  let givenUp = false
  // Without READY: another event would be lost with memmon.
  const giveUp = () => {
    givenUp = true
    ports.write(ACKNOWLEDGED)
  }
  const watchUnfinished = createUnfinishedWatch({
    reader,
    onQuiet: () => {
      reader.resync()
      ports.write(ACKNOWLEDGED + READY)
    },
    onStalled: () => {
      if (reader.endInBytes()) return ports.onCountedInBytes()
      giveUp()
      ports.onStalled()
    },
  })

  return {
    start: () => ports.write(READY),
    push: chunk => {
      if (givenUp) return
      reader.push(chunk)
      watchUnfinished()
    },
    get hasHeard() {
      return hasHeard
    },
    answer: () => {
      if (unanswered > 0) answer()
      else if (reader.isInside && !givenUp) giveUp()
    },
  }
}
