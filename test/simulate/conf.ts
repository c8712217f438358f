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
  if (isDryRun(conf) || isIgnored(conf, group, name)) return []
  const sections = conf.sections.filter(
    ({ name: section, keys }) => isAbout(section, group, name) && LIMITS.some(key => key in keys),
  )
  const closest = Math.min(...sections.map(section => distanceOf(section.name)))
  return sections
    .filter(section => conf.general.most_specific !== 'true' || distanceOf(section.name) === closest)
    .map(({ name, keys }) => ({
      section: name,
      limitMb:
        (keys.action ?? 'restart') === 'restart'
          ? Math.min(megabytes(keys.memory_limit), megabytes(keys.hard_limit))
          : Number.POSITIVE_INFINITY,
      softMb: megabytes(keys.soft_limit),
      cumulative: keys.cumulative === 'true',
      group: keys.restart_group === 'true',
    }))
}

export const isDryRun = ({ general }: Conf): boolean => general.dry_run === 'true'

export const isIgnored = ({ general }: Conf, group: string, name: string): boolean =>
  (general.ignore ?? '').split(',').some(one => one === `${group}:${name}` || one === `${group}:*`)

function isAbout(section: string, group: string, name: string): boolean {
  return section === `program:${group}:${name}` || section === `group:${group}` || section === 'any'
}

const distanceOf = (section: string): number => (section === 'any' ? 2 : section.startsWith('group:') ? 1 : 0)

export const megabytes = (text: string | undefined): number =>
  text === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(text, 10)
