// The strings of a V8 heap snapshot, read as it comes in pieces, so that memory never holds all of it: first come its nodes,
// rows of numbers, and later the texts that they refer to by number.

export interface StringsOf {
  readonly count: number
  readonly bytes: number
}

export interface SnapshotReader {
  readonly push: (piece: string) => void
}

type Found = Map<number, { count: number; bytes: number }>

const NODES = '"nodes":['
const TEXTS = '"strings":['

/** Calls `onText` for each text that strings of the heap have. */
export function snapshotReader(onText: (text: string, of: StringsOf) => void): SnapshotReader {
  const found: Found = new Map()
  const reads = [untilHead, untilEndOfNodes, untilTexts]
  let readNumbers = (_: string): number => -1
  let lastText = -1
  let unread = ''
  const push = (piece: string): void => {
    unread += piece
    while (reads[0]?.()) reads.shift()
    if (reads.length > 0) return
    let read = 0
    for (let end = textEnd(unread, read); end >= 0; end = textEnd(unread, read)) {
      const of = found.get(++lastText)
      if (of) onText(JSON.parse(unread.slice(unread.indexOf('"', read), end)), of)
      read = end
    }
    unread = unread.slice(read)
  }
  return { push }

  function untilHead(): boolean {
    const at = unread.indexOf(NODES)
    if (at < 0) return false
    readNumbers = nodeReader(shapeIn(unread.slice(0, at)), found)
    unread = unread.slice(at + NODES.length)
    return true
  }
  function untilEndOfNodes(): boolean {
    const end = readNumbers(unread)
    unread = end < 0 ? '' : unread.slice(end)
    return end >= 0
  }
  /** Edges and more numbers are skipped. */
  function untilTexts(): boolean {
    const at = unread.indexOf(TEXTS)
    unread = at < 0 ? unread.slice(-TEXTS.length) : unread.slice(at + TEXTS.length)
    return at >= 0
  }
}

/** Where the next text in quotes ends; -1 if it is not whole yet. No RegExp: it would keep the piece alive, among the strings. */
function textEnd(unread: string, from: number): number {
  const begin = unread.indexOf('"', from)
  if (begin < 0) return -1
  for (let at = unread.indexOf('"', begin + 1); at >= 0; at = unread.indexOf('"', at + 1)) {
    let escapes = at
    while (unread[escapes - 1] === '\\') escapes--
    if ((at - escapes) % 2 === 0) return at + 1
  }
  return -1
}

/** The position of each field in a row. */
interface Shape {
  readonly fields: number
  readonly type: number
  readonly name: number
  readonly size: number
  /** The type of a string with a text of its own. */
  readonly stringType: number
}

const [ZERO, NINE, COMMA, CLOSED] = [...'09,]'].map(char => char.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
]

/** Sums up the strings among the nodes. Returns where they end, or -1 if they go on. */
function nodeReader({ fields, type, name, size, stringType }: Shape, found: Found) {
  const row = new Array<number>(fields).fill(0)
  let field = 0
  const add = (): void => {
    if (row[type] !== stringType) return
    const [key = 0, bytes = 0] = [row[name], row[size]]
    const sum = found.get(key) ?? { count: 0, bytes: 0 }
    found.set(key, sum)
    sum.count += 1
    sum.bytes += bytes
  }
  const endField = (): void => {
    if (++field < fields) return
    add()
    field = 0
    row.fill(0)
  }
  return (text: string): number => {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code >= ZERO && code <= NINE) row[field] = (row[field] ?? 0) * 10 + code - ZERO
      else if (code === COMMA) endField()
      else if (code === CLOSED) {
        endField()
        return at
      }
    }
    return -1
  }
}

/** Throws for a snapshot of an unknown form. */
function shapeIn(head: string): Shape {
  const { meta } = JSON.parse(head.slice(head.indexOf('{', 1), head.lastIndexOf('}') + 1))
  const [fields, types]: [string[], string[]] = [meta.node_fields, meta.node_types[0]]
  const [type = -1, name = -1, size = -1] = ['type', 'name', 'self_size'].map(one => fields.indexOf(one))
  const stringType = types.indexOf('string')
  if (Math.min(type, name, size, stringType) < 0) throw new Error('this heap snapshot has an unknown form')
  return { fields: fields.length, type, name, size, stringType }
}
