// %(here)s and its like in memmon.conf, as supervisor expands them in supervisord.conf. A lone % stays: 25% is a share.

export interface Expansions {
  /** The folder of the file. */
  readonly here: string
  readonly hostName: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

const SUPPORTED = '%(here)s, %(host_node_name)s and %(ENV_NAME)s for a variable of the environment'

/**
 * The value with each %(name)s replaced, and %% by %. Throws an Error that names what cannot be expanded; of a secret
 * only a variable, since anything else may be a part of it.
 */
export function expand(
  value: string,
  { here, hostName, environment }: Expansions,
  isSecret: boolean,
): string {
  return value.replace(/%%|%\(([^)\n]*)\)?(.?)/g, (whole: string, name?: string, conversion?: string) => {
    if (name === undefined) return '%'
    if (conversion === 's' && name === 'here') return here
    if (conversion === 's' && name === 'host_node_name') return hostName
    if (conversion !== 's' || !name.startsWith('ENV_'))
      throw new Error(
        `${isSecret ? '%(...)' : whole} is not supported: memmon.conf has ${SUPPORTED}; write %% for a single %`,
      )
    const known = environment[name.slice('ENV_'.length)]
    if (known === undefined)
      throw new Error(`${whole} cannot be expanded: the environment has no ${name.slice('ENV_'.length)}`)
    return known
  })
}
