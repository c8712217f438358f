// How much evidence memmon keeps: it deletes the oldest for new files. Pure.
import { parseFileName } from './file-name.ts'

const MOST_OF_A_PROGRAM = 20
const MOST_BYTES = 256 * 1024 * 1024
/** Programs come and go, and their names with them. */
const MOST = 2_000

export interface ListedFile {
  readonly name: string
  readonly bytes: number
}

interface Evidence {
  readonly program: string
  readonly takenAt: string
  readonly files: readonly ListedFile[]
  readonly bytes: number
}

/** The names of the files to delete before one of so many bytes is added to the program's; half files, too. */
export function surplusOf(listing: readonly ListedFile[], program: string, incomingBytes: number): string[] {
  const half = listing.filter(({ name }) => parseFileName(name)?.isHalf)
  const newestFirst = evidencesIn(listing).sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1))
  const counts = new Map([[program, 1]])
  let [all, bytes, isFull] = [1, incomingBytes, false]
  const surplus = newestFirst.filter(one => {
    const count = (counts.get(one.program) ?? 0) + 1
    if (count > MOST_OF_A_PROGRAM) return true
    // Once one does not fit, all older ones go, even those that would fit.
    isFull ||= all >= MOST || bytes + one.bytes > MOST_BYTES
    if (isFull) return true
    counts.set(one.program, count)
    all++
    bytes += one.bytes
    return false
  })
  return [...half, ...surplus.flatMap(({ files }) => files)].map(({ name }) => name)
}

/** The files of one evidence go together. memmon deletes only its own files. */
function evidencesIn(listing: readonly ListedFile[]): Evidence[] {
  const evidences = new Map<string, Evidence>()
  for (const file of listing) {
    const named = parseFileName(file.name)
    if (!named || named.isHalf) continue
    const { files = [], bytes = 0 } = evidences.get(named.stem) ?? {}
    const { program, takenAt } = named
    evidences.set(named.stem, { program, takenAt, files: [...files, file], bytes: bytes + file.bytes })
  }
  return [...evidences.values()]
}
