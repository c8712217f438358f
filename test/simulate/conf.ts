// The settings of a simulated operator, as plain data: memmon.conf is written from them and read by memmon's own
// parser. What they mean is said here a second time, in few words, for the oracle.
import { parseFlags } from '../../src/config/flags.ts'
import type { Settings } from '../../src/config/settings.ts'

/** `program:g:n`, `group:g`, `any`, `total`. */
export interface Section {
  readonly name: string
  readonly keys: Readonly<Record<string, string>>
}

export interface Conf {
  readonly general: Readonly<Record<string, string>>
  readonly sections: readonly Section[]
}

/** What a section of rules says of one process; Infinity: no limit. */
export interface Limits {
  readonly section: string
  readonly limitMb: number
  readonly softMb: number
  readonly cumulative: boolean
  readonly group: boolean
}

/** What the closest section says of growth, where that is to restart. */
export interface GrowthTerms {
  readonly leadMs: number
  readonly limitMb: number
  readonly cumulative: boolean
  /** New maxima are counted, in place of the detector. */
  readonly increases: boolean
}

const LIMITS = ['memory_limit', 'hard_limit', 'soft_limit']
const PATH = '/etc/memmon.conf'

export const confText = ({ general, sections }: Conf): string =>
  [{ name: 'memmon', keys: general }, ...sections]
    .map(({ name, keys }) => `[${name}]\n${linesOf(keys)}`)
    .join('')

const linesOf = (keys: Readonly<Record<string, string>>): string =>
  Object.entries(keys)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')

const read = new WeakMap<Conf, Settings>()

/** The settings as memmon reads them; throws a UsageError. */
export function settingsOf(conf: Conf): Settings {
  const settings = read.get(conf) ?? readSettings(conf)
  read.set(conf, settings)
  return settings
}

function readSettings(conf: Conf): Settings {
  const flags = parseFlags(['--config', PATH], () => ({ text: confText(conf), isPrivate: true }))
  if (flags.kind !== 'settings') throw new Error('no settings')
  return flags.settings
}

/** What speaks against a process in these settings: without regard to sizes. */
export function limitsOf(conf: Conf, group: string, name: string): Limits[] {
  return sectionsFor(conf, group, name).map(({ name, keys }) => ({
    section: name,
    limitMb: (keys.action ?? 'restart') === 'restart' ? limitIn(keys) : Number.POSITIVE_INFINITY,
    softMb: megabytes(keys.soft_limit),
    cumulative: keys.cumulative === 'true',
    group: keys.restart_group === 'true',
  }))
}

/** undefined where a leak is not restarted. */
export function growthTermsOf(conf: Conf, group: string, name: string): GrowthTerms | undefined {
  const sections = sectionsFor(conf, group, name)
    .filter(({ keys }) => Number.isFinite(limitIn(keys)))
    .sort((a, b) => distanceOf(a.name) - distanceOf(b.name))
  const keys = sections[0]?.keys
  if (keys?.growth !== 'restart') return undefined
  const alike = sections.filter(
    one => (one.keys.metric ?? 'rss') === 'rss' && one.keys.cumulative === keys.cumulative,
  )
  return {
    leadMs: Number.parseInt(keys.growth_lead ?? '900s', 10) * 1000,
    limitMb: Math.min(...alike.map(one => limitIn(one.keys))),
    cumulative: keys.cumulative === 'true',
    increases: 'increase_limit' in keys,
  }
}

/** Those with limits that hold for it. */
function sectionsFor(conf: Conf, group: string, name: string): readonly Section[] {
  if (isDryRun(conf) || isIgnored(conf, group, name)) return []
  const sections = conf.sections.filter(
    ({ name: section, keys }) => isAbout(section, group, name) && LIMITS.some(key => key in keys),
  )
  const closest = Math.min(...sections.map(section => distanceOf(section.name)))
  return sections.filter(
    section => conf.general.most_specific !== 'true' || distanceOf(section.name) === closest,
  )
}

const limitIn = (keys: Section['keys']): number =>
  Math.min(megabytes(keys.memory_limit), megabytes(keys.hard_limit))

export const isDryRun = ({ general }: Conf): boolean => general.dry_run === 'true'

export const isIgnored = ({ general }: Conf, group: string, name: string): boolean =>
  (general.ignore ?? '').split(',').some(one => one === `${group}:${name}` || one === `${group}:*`)

function isAbout(section: string, group: string, name: string): boolean {
  return section === `program:${group}:${name}` || section === `group:${group}` || section === 'any'
}

const distanceOf = (section: string): number => (section === 'any' ? 2 : section.startsWith('group:') ? 1 : 0)

export const megabytes = (text: string | undefined): number =>
  text === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(text, 10)
