// The columns of `memmon top`: those of `memmon check`, and the past and future of each process. Pure.
import type { TimeSpan } from '../history/brief.ts'
import { columnsOf } from '../picture/columns.ts'
import { roughDuration, roughSize } from '../picture/rough.ts'
import { sizesLine } from '../picture/sizes-line.ts'
import type { Cells, Column, Plan } from '../screen/table.ts'
import { secondsLeftOf, slopeOf } from './concern.ts'
import type { TopRow } from './model.ts'

const SPARK_COLUMNS = { spark: 10, longSpark: 24 }
/** One name of 140 characters must not separate all other names from their figures. */
const MOST_NAME = 50
/** Names up to this are cut only if nothing else can be: 'worker:worker_0017' and the like. */
const NAME = 24

/** `metric`: that of all sizes, if they share one. */
export const columnsFrom = (span: TimeSpan, metric: string | undefined): readonly Column[] => [
  { key: 'process', head: 'PROCESS', align: 'left', most: MOST_NAME, comfort: NAME },
  { key: 'pid', head: 'PID', align: 'right' },
  { key: 'uptime', head: 'UPTIME', align: 'right' },
  { key: 'size', head: metric ?? 'SIZE', align: 'right' },
  { key: 'metric', head: '', align: 'left' },
  { key: 'limit', head: 'LIMIT', align: 'right' },
  { key: 'used', head: 'USED', align: 'right' },
  { key: 'bar', head: '', align: 'left' },
  { key: 'spark', head: spanText(span), align: 'left', unseen: SPARK_COLUMNS.spark },
  { key: 'longSpark', head: spanText(span), align: 'left', unseen: SPARK_COLUMNS.longSpark },
  { key: 'growth', head: 'GROWTH', align: 'right' },
  { key: 'left', head: 'FULL IN', align: 'right' },
  { key: 'now', head: 'NOW', align: 'left' },
  { key: 'rule', head: 'RULE', align: 'left' },
]

const spanText = ({ sinceMs, untilMs }: TimeSpan): string =>
  `LAST ${roughDuration((untilMs - sinceMs) / 1000)}`

/** From complete to minimal: uses the first that fits. NOW also says how soon a leak reaches its limit. */
export const PLANS: readonly Plan[] = [
  plan({ process: 24, rule: 12 }, 'pid', 'uptime', 'limit', 'used', 'bar', 'longSpark', 'growth', 'left'),
  plan({ process: 24 }, 'pid', 'uptime', 'limit', 'used', 'longSpark', 'growth', 'left'),
  plan({ process: 20 }, 'uptime', 'limit', 'used', 'longSpark', 'growth'),
  plan({ process: 18 }, 'limit', 'used', 'longSpark'),
  plan({ process: 12 }, 'limit', 'used', 'spark'),
  plan({ process: 10 }, 'used', 'spark'),
  plan({ process: 8 }, 'used'),
  plan({ process: 4 }),
]

function plan(least: Readonly<Record<string, number>>, ...keys: string[]): Plan {
  return { keys: [...Object.keys(least), 'size', 'metric', 'now', ...keys], least }
}

/** What a row says, except its history, which is drawn only for rows on the screen. */
export function figuresOf(one: TopRow): Cells {
  const [slope, left] = [slopeOf(one), secondsLeftOf(one)]
  return {
    ...one.row.cells,
    growth: slope === undefined ? '' : `+${roughSize(slope)}/h`,
    left: left === undefined ? '' : left < 60 ? 'soon' : roughDuration(left),
  }
}

export function sparksOf({ history }: TopRow, span: TimeSpan, isAscii: boolean): Cells {
  const drawn = (count: number) => {
    const sizes = history ? columnsOf(history.lives, span, count).map(column => column?.highBytes) : []
    return sizesLine(sizes, count, isAscii)
  }
  return { spark: drawn(SPARK_COLUMNS.spark), longSpark: drawn(SPARK_COLUMNS.longSpark) }
}
