// `memmon status`: whether memmon is working and all is well, for people and for monitoring.
import { jsonLine } from '../base/json-line.ts'
import { statusLines } from '../screen/status-screen.ts'
import type { WidthOf } from '../screen/width.ts'
import { exitCodeOf } from '../status/standing.ts'
import { endWithReader } from './end-with-reader.ts'
import type { Asked } from './rule-sources.ts'
import { readStatus } from './status-by-hand.ts'
import { statusDocument } from './status-json.ts'

const USUAL_COLUMNS = 80

export interface StatusAsked extends Asked {
  readonly json: boolean
  readonly widthOf: WidthOf
}

/** Prints it; returns the exit code. Throws a UsageError. */
export async function status({ json, widthOf, ...asked }: StatusAsked): Promise<number> {
  endWithReader()
  const seen = await readStatus(asked)
  const { isTTY, columns } = process.stdout
  const lines = json
    ? [jsonLine(statusDocument(seen))]
    : statusLines(seen, {
        columns: isTTY ? columns || USUAL_COLUMNS : Number.POSITIVE_INFINITY,
        colour: isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
        widthOf,
      })
  process.stdout.write(`${lines.join('\n')}\n`)
  return exitCodeOf(seen)
}
