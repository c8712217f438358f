// %(name)s in supervisord.conf, as Python's % operator expands it for supervisord (supervisor/options.py, expand).

/** What stands for each name; environment variables as ENV_NAME. */
export type Expansions = Readonly<Record<string, string | number | undefined>>

/** The variables under the names that %(ENV_NAME)s has for them. */
export const environmentExpansions = (environment: Expansions): Expansions =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [`ENV_${name}`, value]))

/**
 * The value with each %(name)s, %(name)d and %(name)02d replaced, and %% by %. Throws an Error that names what
 * cannot be expanded, unless `unknown` says what stands for a name that is not known.
 */
export function expandSupervisor(value: string, known: Expansions, unknown?: string): string {
  return value.replace(
    /%(?:(%)|\(([^)]*)\)(-?0?)(\d*)([sd]))?/g,
    (whole, percent?: string, name?: string, flags = '', width = '', kind = '') => {
      if (percent !== undefined) return '%'
      if (name === undefined) throw new Error(`a single % is not allowed in supervisord.conf: write %%`)
      const found = known[name] ?? unknown
      if (found === undefined) throw new Error(missingText(whole, name))
      const text = kind === 'd' ? String(Math.trunc(Number(found))) : String(found)
      if (flags.startsWith('-')) return text.padEnd(Number(width))
      return text.padStart(Number(width), flags === '0' && kind === 'd' ? '0' : ' ')
    },
  )
}

const missingText = (whole: string, name: string): string =>
  name.startsWith('ENV_')
    ? `${whole} cannot be expanded: ${name.slice('ENV_'.length)} is not set in this shell; supervisord may have it`
    : `${whole} cannot be expanded: supervisord does not define this name here`
