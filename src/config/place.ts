// Where something stands in memmon.conf, or in a file that it includes.

export interface Place {
  readonly path: string
  /** From 1. */
  readonly line: number
}

/** As errors name it: '/etc/memmon.conf, line 3'. */
export const placeText = ({ path, line }: Place): string => `${path}, line ${line}`
