// From a seed to a scenario: few programs, settings that concern them, and events that come at a time or with one of
// memmon's own effects, so that they fall into the short moments in which something is under way.
import { type Conf, type Section, settingsOf } from './conf.ts'
import type { HookWord } from './hooks.ts'
import type { Behaviour, ProgramSpec } from './program.ts'
import { Random } from './random.ts'
import type { EffectKind, Event, Happening, Scenario, When } from './scenario.ts'

const NEVER = Number.POSITIVE_INFINITY

export function generate(seed: number): Scenario {
  const random = new Random(seed, 'scenario')
  const programs = programsOf(random)
  const conf = confOf(random, programs)
  const activeMs = random.int(30, 300) * 1000
  const count = random.int(1, 14)
  let latest = conf
  const events = Array.from({ length: count }, (): Event => {
    const what = happening(random, programs, latest)
    if (what.do === 'settings') latest = what.conf
    return { when: whenOf(random, activeMs), what }
  })
  if (random.chance(0.3)) events.push(...someLeak(random, programs, conf, activeMs))
  if (random.chance(0.06)) events.push(...allStuck(random, programs))
  const periodMs = random.chance(0.85) ? 5_000 : 60_000
  return { seed, periodMs, activeMs: periodMs > 5_000 ? activeMs * 3 : activeMs, programs, conf, events }
}

function programsOf(random: Random): ProgramSpec[] {
  const names = random.pick([
    ['a:a'],
    ['a:a'],
    ['w:w0', 'w:w1'],
    ['a:a', 'b:b'],
    ['a:a', 'w:w0', 'w:w1'],
    ['w:w0', 'w:w1', 'w:w2', 'v:v0', 'v:v1'],
  ])
  return names.map(namespec => {
    const [group = '', name = ''] = namespec.split(':')
    return {
      group,
      name,
      autostart: random.chance(0.7),
      autorestart: random.pick(['true', 'false', 'unexpected'] as const),
      startSeconds: random.pick([0, 1, 1, 1, 5]),
      startRetries: random.pick([1, 3]),
      stopWaitSeconds: random.pick([2, 10]),
      behaviour: behaviourOf(random),
    }
  })
}

const behaviourOf = (random: Random): Behaviour => ({
  sizeMb: random.pick([20, 30, 60, 120]),
  growsMbPerSecond: random.pick([0, 0.2, 1, 4, -0.2]),
  stopMs: random.pick([5, 50, 500, 3_000, NEVER]),
  hangMs: random.chance(0.1) ? random.int(1, 400) * 1000 : 0,
  drainMs: random.pick([100, 4_001, 20_000, 20_001, NEVER]),
  crashes: 0,
  isMissing: false,
})

function confOf(random: Random, programs: readonly ProgramSpec[]): Conf {
  for (;;) {
    const conf = { general: generalOf(random), sections: sectionsOf(random, programs) }
    if (isValid(conf)) return conf
  }
}

function generalOf(random: Random): Record<string, string> {
  const keys: Record<string, string> = {
    stagger: random.pick(['0', '3s', '10s']),
    restart_backoff: random.pick(['0', '0', '5s', '60s']),
    max_parallel: random.pick(['1', '1', '0', '2']),
  }
  if (random.chance(0.15)) keys.max_restarts = random.pick(['1/1m', '2/2m'])
  if (random.chance(0.2)) keys.most_specific = 'true'
  if (random.chance(0.2)) keys.evidence = 'false'
  return keys
}

function sectionsOf(random: Random, programs: readonly ProgramSpec[]): Section[] {
  const names = new Set<string>()
  for (const { group, name } of programs)
    names.add(random.pick([`program:${group}:${name}`, `group:${group}`, `program:${group}:${name}`, 'any']))
  const sections = [...names].map(name => ({ name, keys: keysOf(random, name.startsWith('group:')) }))
  if (random.chance(0.1)) sections.push({ name: 'total', keys: totalOf(random) })
  return sections
}

const totalOf = (random: Random): Record<string, string> =>
  random.chance(0.5)
    ? { memory_limit: `${random.int(80, 300)}MB` }
    : { min_free: `${random.int(1400, 1950)}MB` }

function keysOf(random: Random, isGroup: boolean): Record<string, string> {
  const keys: Record<string, string> = {}
  if (random.chance(0.9)) keys.memory_limit = `${random.pick([50, 100, 150])}MB`
  if (random.chance(0.1)) keys.hard_limit = '200MB'
  if ('memory_limit' in keys && random.chance(0.4)) Object.assign(keys, growthKeysOf(random))
  if (random.chance(0.4)) Object.assign(keys, drainKeysOf(random))
  if (random.chance(0.4)) keys.pre_restart_command = 'pre'
  if (random.chance(0.5)) keys.post_restart_command = 'post'
  if (random.chance(0.15)) keys.diagnose_command = 'diagnose'
  if (random.chance(0.12)) keys.restart_command = 'restart'
  if (random.chance(isGroup ? 0.4 : 0.1)) keys.restart_group = 'true'
  if (random.chance(0.15)) keys.for = random.pick(['2', '2/3', '10s'])
  if (random.chance(0.1)) keys.min_uptime = '5s'
  if (random.chance(0.1)) keys.cumulative = 'true'
  if (random.chance(0.1)) keys.metric = random.pick(['pss', 'uss', 'rss+swap'])
  if (random.chance(0.04)) keys.action = 'alert'
  if (isGroup && random.chance(0.2)) keys.total_limit = `${random.int(60, 250)}MB`
  return keys
}

function growthKeysOf(random: Random): Record<string, string> {
  const keys: Record<string, string> = { growth: random.pick(['restart', 'restart', 'restart', 'off']) }
  if (random.chance(0.6)) keys.growth_lead = random.pick(['5s', '60s', '3600s'])
  if (random.chance(0.2)) keys.increase_limit = random.pick(['1', '3'])
  if ('increase_limit' in keys) keys.threshold_size = '5MB'
  return keys
}

function drainKeysOf(random: Random): Record<string, string> {
  const keys: Record<string, string> = {
    soft_limit: `${random.pick([25, 40])}MB`,
    grace: random.pick(['5s', '20s', '60s']),
  }
  if (random.chance(0.3)) keys.drain_agent = 'true'
  if (random.chance(0.6)) keys.drain_signal = 'USR1'
  if (random.chance(0.4)) keys.drain_command = 'drain'
  if (random.chance(0.4)) keys.drain_check = 'idle'
  return keys
}

function isValid(conf: Conf): boolean {
  try {
    const { rules, budgets } = settingsOf(conf)
    return rules.length + budgets.length > 0
  } catch {
    return false
  }
}

/** Other settings, near to those before. */
function changed(random: Random, conf: Conf, programs: readonly ProgramSpec[]): Conf {
  for (let tries = 0; tries < 5; tries++) {
    const next = changeOne(random, conf, programs)
    if (isValid(next)) return next
  }
  return confOf(random, programs)
}

function changeOne(random: Random, { general, sections }: Conf, programs: readonly ProgramSpec[]): Conf {
  const { group, name } = random.pick(programs)
  const without = (key: string) => Object.fromEntries(Object.entries(general).filter(([one]) => one !== key))
  const toggled = (key: string, value: string) =>
    key in general ? without(key) : { ...general, [key]: value }
  switch (
    random.pick(['limits', 'limits', 'growth', 'ignore', 'dry_run', 'section', 'keys', 'general'] as const)
  ) {
    case 'limits': {
      const at = random.int(0, sections.length - 1)
      const factor = random.pick([0.5, 2, 10])
      return { general, sections: sections.map((one, index) => (index === at ? scaled(one, factor) : one)) }
    }
    case 'growth':
      return { general, sections: regrown(random, { general, sections }) }
    case 'ignore':
      return { general: toggled('ignore', `${group}:${random.chance(0.5) ? name : '*'}`), sections }
    case 'dry_run':
      return { general: toggled('dry_run', 'true'), sections }
    case 'section':
      return { general, sections: sections.filter(() => random.chance(0.7)) }
    case 'keys':
      return {
        general,
        sections: sections.map(one =>
          random.chance(0.6) || one.name === 'total'
            ? one
            : { name: one.name, keys: keysOf(random, one.name.startsWith('group:')) },
        ),
      }
    case 'general': {
      const next = generalOf(random)
      return { general: 'ignore' in general ? { ...next, ignore: general.ignore as string } : next, sections }
    }
  }
}

const scaled = ({ name, keys }: Section, factor: number): Section => ({
  name,
  keys: Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [
      key,
      value.endsWith('MB') ? `${Math.max(30, Math.round(Number.parseInt(value, 10) * factor))}MB` : value,
    ]),
  ),
})

const KINDS: Readonly<Record<EffectKind, number>> = {
  table: 0.5,
  look: 3,
  stop: 6,
  start: 4,
  signal: 3,
  pid: 0.3,
  measure: 1,
  evidence: 5,
  tell: 3,
  read: 1,
  append: 6,
  replace: 2,
  pre: 3,
  post: 4,
  restart: 2,
  drain: 1,
  idle: 1,
  agent: 2,
}

function whenOf(random: Random, activeMs: number): When {
  if (random.chance(0.35)) return { at: random.int(1_000, activeMs) }
  const on = random.weighted(KINDS)
  const isFrequent = on === 'look' || on === 'table' || on === 'measure'
  const afterMs = random.pick([0, 0, 0, 1, 3, random.int(1, 300), random.int(300, 5_000)])
  return { on, nth: random.int(1, isFrequent ? 30 : 6), afterMs }
}

const HAPPENINGS: Readonly<Record<Happening['do'], number>> = {
  kill: 22,
  term: 6,
  operator: 14,
  settings: 12,
  weather: 10,
  size: 8,
  grow: 4,
  leak: 10,
  exit: 6,
  behave: 7,
  supervisord: 6,
  disk: 6,
  'delete journal': 1,
  hook: 8,
  unmeasurable: 1,
  clock: 3,
}

/** Some of them under their limits; when memmon is about to act all give it back, or the operator wants no restart. */
function someLeak(random: Random, programs: readonly ProgramSpec[], conf: Conf, activeMs: number): Event[] {
  const leaks = programs.map((_, slot) => ({
    when: { at: random.int(1_000, activeMs) },
    what: leak(random, slot),
  }))
  if (random.chance(0.5)) return leaks
  const when = aboutToAct(random)
  if (random.chance(0.3)) {
    const unwanted = { ...conf, sections: regrown(random, conf) }
    return [...leaks, { when, what: { do: 'settings', conf: unwanted, isNow: true } }]
  }
  return [...leaks, ...programs.map((_, slot): Event => ({ when, what: { do: 'size', slot, mb: 10 } }))]
}

/** Between evidence and stop there is one more look, and nothing else. */
function aboutToAct(random: Random): When {
  const on = random.pick(['look', 'measure', 'pre', 'append', 'evidence', 'evidence', 'evidence'] as const)
  return { on, nth: random.int(1, on === 'evidence' ? 2 : 12), afterMs: random.pick([0, 1, 50]) }
}

/** The same sections, and another wish about growth. */
const regrown = (random: Random, { sections }: Conf): Section[] =>
  sections.map(({ name, keys }) =>
    'growth' in keys ? { name, keys: { ...keys, growth: random.pick(['alert', 'off']) } } : { name, keys },
  )

const leak = (random: Random, slot: number): Happening => ({
  do: 'leak',
  slot,
  limitInMs: random.pick([undefined, 0, 2_000, 20_000, 100_000, 1_000_000]),
})

/** While one is stopped all have grown, and none can be started any more: those of a group wait for one another. */
function allStuck(random: Random, programs: readonly ProgramSpec[]): Event[] {
  const when: When = { on: 'stop', nth: random.int(1, 3), afterMs: 0 }
  return programs.flatMap((_, slot): Event[] => [
    { when, what: { do: 'behave', slot, change: { isMissing: true } } },
    { when, what: { do: 'size', slot, mb: 400 } },
  ])
}

function happening(random: Random, programs: readonly ProgramSpec[], conf: Conf): Happening {
  const slot = random.int(0, programs.length - 1)
  const forMs = random.pick([50, 500, 5_000, 20_000, 60_000])
  const what = random.weighted(HAPPENINGS)
  switch (what) {
    case 'size':
      return { do: what, slot, mb: random.pick([10, 30, 45, 90, 130, 300]) }
    case 'grow':
      return { do: what, slot, mbPerSecond: random.pick([-5, -1, 1, 5, 20]) }
    case 'leak':
      return leak(random, slot)
    case 'exit':
      return { do: what, slot, code: random.pick([0, 1]) }
    case 'behave':
      return { do: what, slot, change: changeOf(random) }
    case 'operator': {
      const act = random.weighted({ stop: 4, start: 3, restart: 3, remove: 2, add: 3, rename: 1 })
      return { do: what, slot, act }
    }
    case 'weather': {
      const kind = random.pick(['refused', 'dropped', 'lost', 'hung', 'slow', 'faulty'] as const)
      return { do: what, kind, forMs, share: random.pick([0.3, 1]) }
    }
    case 'supervisord': {
      const act = random.weighted({ reload: 4, shutdown: 1, crash: 2 })
      return { do: what, act, downMs: random.int(1, 20) * 1000 }
    }
    case 'disk':
      return {
        do: what,
        kind: random.pick(['full', 'read-only', 'unreadable', 'gone', 'slow'] as const),
        forMs,
      }
    case 'hook': {
      const word = random.pick<HookWord>(['pre', 'pre', 'post', 'restart', 'restart', 'drain', 'idle'])
      const kind = random.pick(
        word === 'restart'
          ? (['fails', 'stops only', 'does nothing', 'hangs'] as const)
          : (['fails', 'postpones', 'slow', 'hangs'] as const),
      )
      return { do: what, word, kind, forMs }
    }
    case 'unmeasurable':
      return { do: what, forMs }
    case 'clock':
      return { do: what, byMs: random.pick([-7_200_000, -61_003, 61_009, 86_400_000]) }
    case 'settings':
      return { do: what, conf: changed(random, conf, programs), isNow: random.chance(0.6) }
    default:
      return { do: what }
  }
}

function changeOf(random: Random): Partial<Behaviour> {
  return random.pick<Partial<Behaviour>>([
    { isMissing: true },
    { isMissing: true },
    { crashes: random.int(1, 6) },
    { hangMs: random.int(1, 400) * 1000, stopMs: NEVER },
    { stopMs: random.pick([1, 5_000, NEVER]) },
    { sizeMb: random.pick([20, 60, 150]), growsMbPerSecond: random.pick([0, 2]) },
    { drainMs: random.pick([10, 1_001, 15_000, NEVER]) },
  ])
}
