// Which code an allocation is blamed on: the nearest frame of a stack that is neither Node's nor this agent's. Pure.

export interface Frame {
  /** As V8 has it: a path or a file: URL; empty for code without a file. */
  readonly url: string
  /** From 1. */
  readonly line: number
  readonly function: string
  /** Part of V8 itself, such as (GC) or a builtin. */
  readonly isBuiltIn: boolean
}

export interface Blame {
  readonly package: string
  readonly file: string
  readonly location: string
  readonly function: string
}

const LONGEST_TEXT = 300
/** The program's own code, wherever it is. */
const OWN = '(app)'
const NODE: Blame = { package: '(node)', file: '(node)', location: '(node)', function: '' }
const FOLDER = 'node_modules/'

/** Frames from the innermost outwards; the agent's are those of files below that folder, with its closing slash; undefined for what the agent itself allocates. */
export function blameOf(frames: readonly Frame[], agentFolder: string): Blame | undefined {
  const own = frames.map(frame => ({ ...frame, url: pathOf(frame.url) }))
  const user = own.find(
    ({ url, isBuiltIn }) => !isBuiltIn && !url.startsWith('node:') && !url.startsWith(agentFolder),
  )
  if (user) return blamed(user)
  return own.some(({ url }) => url.startsWith(agentFolder)) ? undefined : NODE
}

function blamed({ url, line, function: name }: Frame): Blame {
  const file = (url || '(eval)').slice(-LONGEST_TEXT)
  return {
    package: packageOf(url),
    file,
    location: `${file}:${line}`,
    function: (name || '(anonymous)').slice(0, LONGEST_TEXT),
  }
}

/** By the last node_modules of its path, so that those of pnpm and of nested packages are right. */
export function packageOf(path: string): string {
  const at = path.lastIndexOf(FOLDER)
  if (at < 0) return OWN
  const [first = '', second = ''] = path.slice(at + FOLDER.length).split('/')
  return (first.startsWith('@') ? `${first}/${second}` : first).slice(0, LONGEST_TEXT)
}

function pathOf(url: string): string {
  if (!url.startsWith('file://')) return url
  try {
    return decodeURIComponent(new URL(url).pathname)
  } catch {
    return url
  }
}
