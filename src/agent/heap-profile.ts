// V8's sampled allocations, each with the code to blame. Pure.
import { type Blame, blameOf, type Frame } from './blame.ts'
import type { Sample } from './tally.ts'

/** HeapProfile, of which Node's types lack the samples. */
export interface HeapProfile {
  readonly head: Node
  readonly samples: readonly { readonly size: number; readonly nodeId: number; readonly ordinal: number }[]
}

interface Node {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly scriptId: string
    readonly url: string
    readonly lineNumber: number
  }
  readonly children: readonly Node[]
}

/** Samples are counted from the first one, those that have been collected since, too. */
export const lastOrdinal = ({ samples }: HeapProfile): number =>
  samples.reduce((most, { ordinal }) => Math.max(most, ordinal), 0)

/** `ordinals`: how many samples were taken in all. */
export function samplesOf({ head, samples }: HeapProfile, ordinals: number, agentFolder: string): Sample[] {
  const blames = blamesOf(head, agentFolder)
  return samples.flatMap(({ nodeId, size, ordinal }) => {
    const blame = blames.get(nodeId)
    return blame ? [{ blame, bytes: size, isExternal: false, at: Math.min(1, ordinal / ordinals) }] : []
  })
}

/** A stack may be too deep for recursion. */
function blamesOf(head: Node, agentFolder: string): Map<number, Blame> {
  const blames = new Map<number, Blame>()
  const ahead: { node: Node; outer: Frames | undefined }[] = [{ node: head, outer: undefined }]
  for (let one = ahead.pop(); one; one = ahead.pop()) {
    const { node, outer } = one
    const frames = { frame: frameOf(node), outer }
    const blame = blameOf(innermost(frames), agentFolder)
    if (blame) blames.set(node.id, blame)
    for (const child of node.children) ahead.push({ node: child, outer: frames })
  }
  return blames
}

interface Frames {
  readonly frame: Frame
  readonly outer: Frames | undefined
}

/** The innermost frames suffice as soon as one of them is the program's. */
const MOST_FRAMES = 64

function innermost(frames: Frames): Frame[] {
  const list: Frame[] = []
  for (let at: Frames | undefined = frames; at && list.length < MOST_FRAMES; at = at.outer)
    list.push(at.frame)
  return list
}

const frameOf = ({ callFrame: { functionName, url, lineNumber, scriptId } }: Node): Frame => ({
  url,
  line: lineNumber + 1,
  function: functionName,
  isBuiltIn: scriptId === '0' || /^\(.*\)$/.test(functionName) || lineNumber < 0,
})
