// What the agent and its api share: one value in a process, however many copies of the package are loaded.

export interface Shared {
  /** True once an agent has started: there is one in a process. */
  isStarted: boolean
  name: string | undefined
  fields: Fields | (() => Fields)
  drain: (() => unknown) | undefined
  /** The callback was called: memmon may ask twice. */
  isDrained: boolean
  wantsWatchdog: boolean
  /** The agent's, once it has started: something above is another one. */
  onChange: () => void
}

/** Figures and texts of the program's own. */
export type Fields = Readonly<Record<string, string | number>>

/** Not its version: an agent has to understand the api of any other copy. */
const KEY = Symbol.for('memmon.agent')

export function shared(): Shared {
  const all = globalThis as { [KEY]?: Shared }
  const found = all[KEY]
  if (found) return found
  const made: Shared = {
    isStarted: false,
    name: undefined,
    fields: {},
    drain: undefined,
    isDrained: false,
    wantsWatchdog: false,
    onChange: () => {},
  }
  // Not enumerable: who lists its globals does not see it.
  Object.defineProperty(globalThis, KEY, { value: made })
  return made
}
