// How many objects of each class there are.
import type { Profiler } from './profiler.ts'
import type { ClassCount } from './report.ts'

const MOST_CLASSES = 50

type Counts = Readonly<Record<string, number>>

/** Runs in the program: it calls nothing of the program's. */
const COUNT = `function () {
  const counts = new Map()
  for (let at = 0; at < this.length; at++) {
    const prototype = Object.getPrototypeOf(this[at])
    counts.set(prototype, (counts.get(prototype) ?? 0) + 1)
  }
  const byName = Object.create(null)
  for (const [prototype, count] of counts) {
    const maker = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')
    const own = maker && typeof maker.value === 'function' && Object.getOwnPropertyDescriptor(maker.value, 'name')
    const name = own && typeof own.value === 'string' ? own.value.slice(0, 200) : ''
    byName[name || '(anonymous)'] = (byName[name || '(anonymous)'] ?? 0) + count
  }
  return byName
}`

export function countClasses({ post }: Profiler): Counts {
  const group = { objectGroup: 'memmon' }
  try {
    const { result } = post<Remote>('Runtime.evaluate', { expression: 'Object.prototype', ...group })
    const { objects } = post<{ objects: { objectId?: string } }>('Runtime.queryObjects', {
      prototypeObjectId: result.objectId,
      ...group,
    })
    const counted = post<Remote>('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: COUNT,
      returnByValue: true,
    })
    return counted.result.value as Counts
  } finally {
    post('Runtime.releaseObjectGroup', group)
  }
}

interface Remote {
  readonly result: { readonly objectId?: string; readonly value?: unknown }
}

/** Those that have grown most come first. */
export function classesSince(before: Counts, after: Counts): ClassCount[] {
  return Object.entries(after)
    .map(([data, count]) => ({ data, count, growth: count - (before[data] ?? 0) }))
    .sort((a, b) => b.growth - a.growth || b.count - a.count)
    .slice(0, MOST_CLASSES)
}
