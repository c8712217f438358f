// One reading for `memmon top`: what the listeners know, and the histories that they have written since the last reading.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readHistories } from '../history/read-histories.ts'
import { HISTORY_FILE } from '../history/read-history.ts'
import type { TopModel } from '../top/model.ts'
import { type Histories, modelOf } from '../top/model-of.ts'
import type { Asked } from './rule-sources.ts'
import { readStatus } from './status-by-hand.ts'

/** Throws a UsageError. */
export type ReadTop = (before: TopModel | undefined) => Promise<TopModel>

export function createReadTop(asked: Asked): ReadTop {
  const kept = new Map<string, { readonly mark: string; readonly histories: Histories }>()
  /** A thousand processes are megabytes, which change every few minutes. */
  const historiesIn = async (folder: string): Promise<Histories> => {
    const mark = await markOf(join(folder, HISTORY_FILE))
    const known = kept.get(folder)
    if (known?.mark === mark) return known.histories
    const found = mark === '' ? [] : (await readHistories(folder)).histories
    const histories = new Map(found.map(history => [history.namespec, history]))
    kept.set(folder, { mark, histories })
    return histories
  }
  return async before => {
    const status = await readStatus(asked)
    const folders = new Set(status.listeners.flatMap(({ statePath }) => statePath ?? []))
    for (const folder of kept.keys()) if (!folders.has(folder)) kept.delete(folder)
    const all = await Promise.all([...folders].map(historiesIn))
    return modelOf(status, new Map(all.flatMap(histories => [...histories])), before)
  }
}

/** '' if it is missing, or not readable for us. */
const markOf = (path: string): Promise<string> =>
  stat(path).then(
    ({ mtimeMs, ino }) => `${ino} ${mtimeMs}`,
    () => '',
  )
