// A shorter scenario that breaks the same promise: events, sections, keys and programs are left out as long as it does.
import type { Conf } from './conf.ts'
import type { Event, Scenario } from './scenario.ts'

const MOST_RUNS = 400

/** `isBroken`: the scenario breaks the same promise. */
export async function shrink(
  scenario: Scenario,
  isBroken: (scenario: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let best = scenario
  let runs = 0
  const fails = async (one: Scenario): Promise<boolean> => {
    if (++runs > MOST_RUNS) return false
    // Settings without a rule are not taken.
    return await isBroken(one).catch(() => false)
  }
  for (let before: Scenario | undefined; before !== best && runs < MOST_RUNS; ) {
    before = best
    for (const shorter of shorterOnes) {
      for (let at = 0; runs < MOST_RUNS; ) {
        const next = shorter(best, at)
        if (next === undefined) break
        if (await fails(next)) best = next
        else at++
      }
    }
  }
  return best
}

/** The scenario with its part number `at` left out; undefined: there is no such part. */
type Shorter = (scenario: Scenario, at: number) => Scenario | undefined

const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, index) => index !== at)

const shorterOnes: readonly Shorter[] = [
  (scenario, at) => {
    const half = Math.ceil(scenario.events.length / 2)
    if (at > 1 || half < 2) return undefined
    return { ...scenario, events: at === 0 ? scenario.events.slice(0, half) : scenario.events.slice(half) }
  },
  (scenario, at) =>
    at < scenario.events.length ? { ...scenario, events: without(scenario.events, at) } : undefined,
  (scenario, at) => {
    // Events name programs by their place: only the last ones can go.
    const { programs } = scenario
    return at === 0 && programs.length > 1 ? { ...scenario, programs: programs.slice(0, -1) } : undefined
  },
  (scenario, at) => {
    const { sections } = scenario.conf
    if (at >= sections.length) return undefined
    return withConf(scenario, conf => ({
      ...conf,
      sections: conf.sections.filter(({ name }) => name !== sections[at]?.name),
    }))
  },
  (scenario, at) => {
    const keys = scenario.conf.sections.flatMap(({ name, keys }) =>
      Object.keys(keys).map(key => ({ name, key })),
    )
    const one = keys[at]
    return one && withConf(scenario, conf => withoutKey(conf, one.name, one.key))
  },
  (scenario, at) => {
    const key = Object.keys(scenario.conf.general)[at]
    if (key === undefined) return undefined
    return withConf(scenario, conf => ({ ...conf, general: omit(conf.general, key) }))
  },
  (scenario, at) => {
    const activeMs = Math.ceil(scenario.activeMs / 2)
    return at === 0 && activeMs > 5_000 ? { ...scenario, activeMs } : undefined
  },
]

function withConf(scenario: Scenario, change: (conf: Conf) => Conf): Scenario {
  const events = scenario.events.map(
    (event): Event =>
      event.what.do === 'settings'
        ? { ...event, what: { ...event.what, conf: change(event.what.conf) } }
        : event,
  )
  return { ...scenario, conf: change(scenario.conf), events }
}

const withoutKey = (conf: Conf, section: string, key: string): Conf => ({
  ...conf,
  sections: conf.sections.map(one => (one.name === section ? { ...one, keys: omit(one.keys, key) } : one)),
})

const omit = (keys: Readonly<Record<string, string>>, key: string): Record<string, string> =>
  Object.fromEntries(Object.entries(keys).filter(([one]) => one !== key))
