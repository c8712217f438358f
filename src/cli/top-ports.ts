// What `memmon top` reads and asks: the listeners' state, the kernel, a listener's socket.
import { UsageError } from '../base/errors.ts'
import type { Said, TopModel } from '../top/model.ts'
import type { Evidence, Target, Wish } from '../top/state.ts'
import { type Acts, openActs } from './act-by-hand.ts'
import { diagnosisOf } from './diagnose.ts'
import { createReadTop } from './read-top.ts'
import type { Asked } from './rule-sources.ts'
import type { TopPorts } from './top.ts'

const MUTE_SECONDS = 3_600

export const topPorts = (asked: Asked): Pick<TopPorts, 'read' | 'readEvidence' | 'ask'> => ({
  read: createReadTop(asked),
  readEvidence,
  ask: (wish, onProgress) => askFor(asked, wish, onProgress),
})

async function readEvidence(of: Target, { rows }: TopModel): Promise<Evidence> {
  const processes = rows.flatMap(({ row }) => (row.kind === 'process' ? row.of : []))
  const own = processes.find(({ process }) => process.namespec === of.namespec && process.pid === of.pid)
  const ended: Evidence = { of, kind: 'failed', why: `${of.name} (pid ${of.pid}) has ended.` }
  // Without a size or a reason for that, the pid already belongs to another process.
  if (!own || (own.rssBytes === undefined && !own.blind)) return ended
  const diagnosis = await diagnosisOf(
    { pid: of.pid, process: own.process },
    {
      assessment: { processes, budgets: [] },
      table: { processes: processes.map(({ process }) => process) },
    },
  )
  if (diagnosis.facts.status) return { of, kind: 'read', diagnosis }
  return diagnosis.unread.length > 0 ? { of, kind: 'failed', why: diagnosis.unread.join(' ') } : ended
}

/** Says what to do if no memmon can be asked. */
async function askFor(asked: Asked, wish: Wish, onProgress: (text: string) => void): Promise<Said> {
  try {
    const acts = await openActs(asked)
    try {
      return await askBy(acts, wish, onProgress)
    } finally {
      acts.close()
    }
  } catch (thrown) {
    if (thrown instanceof UsageError) return { text: thrown.message, isTrouble: true }
    throw thrown
  }
}

/** A request about one run of a program does not reach the next run. */
async function askBy(
  { table, act }: Acts,
  { action, of }: Wish,
  onProgress: (text: string) => void,
): Promise<Said> {
  const { namespec: program, name, pid } = of
  const now = table.processes.find(one => one.namespec === program)
  if (action !== 'mute' && now?.pid !== pid)
    return { text: `${name} is not pid ${pid} any more: nothing was done.`, isTrouble: true }
  const terms = action === 'mute' ? { seconds: MUTE_SECONDS } : {}
  const { isDone, text } = await act({ do: action, program, ...terms }, onProgress)
  return { text, isTrouble: !isDone }
}
