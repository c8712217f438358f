// What memmon and a monitor's process say to each other, one JSON object a line: read as what it is, text that anybody
// may have written. Pure.
import { isObject } from '../base/data.ts'
import { oneLine } from '../base/text.ts'
import type { Context, Need, Sample } from '../rules/monitor-types.ts'

export interface Request {
  readonly samples: readonly Sample[]
  readonly context: Context
}

export type Reply =
  | { readonly kind: 'ready'; readonly name: string; readonly needs: readonly Need[] }
  | { readonly kind: 'answer'; readonly verdicts: readonly unknown[] }
  /** Its evaluation has failed, or it cannot be used. */
  | { readonly kind: 'failed'; readonly why: string }

const NAME = /^[\w.-]{1,40}$/
const NEEDS: readonly Need[] = ['cpu_time', 'pss', 'uss', 'swap', 'threads', 'fds']
const MOST_QUOTED = 60

/** Any value, as it may be shown. */
export const quoted = (value: unknown): string => {
  const text = oneLine(JSON.stringify(value) ?? 'undefined')
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}...` : text
}

/** The meaning of a line. A line that no monitor's process would send is a failure. */
export function replyIn(line: string): Reply {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return failed('what it sent is not JSON')
  }
  if (!isObject(value)) return failed('what it sent is not an answer')
  if (value.kind === 'ready') return readyOf(value.name, value.needs ?? [])
  if (value.kind === 'failed') return failed(oneLine(String(value.text)))
  if (value.kind !== 'answer') return failed('what it sent is not an answer')
  if (!Array.isArray(value.verdicts))
    return failed(`evaluate gave back ${quoted(value.verdicts)}; give a list of verdicts, [] for none`)
  return { kind: 'answer', verdicts: value.verdicts }
}

const failed = (why: string): Reply => ({ kind: 'failed', why })

function readyOf(name: unknown, needs: unknown): Reply {
  if (typeof name !== 'string' || !NAME.test(name))
    return failed(`its name is ${quoted(name)}; export a name of letters, digits, ".", "_" and "-"`)
  const wrong = Array.isArray(needs) ? needs.filter(one => !NEEDS.includes(one)) : [needs]
  if (wrong.length > 0) return failed(`it needs ${quoted(wrong[0])}; use a list of ${NEEDS.join(', ')}`)
  return { kind: 'ready', name, needs: [...new Set(needs as Need[])] }
}
