// The folder of evidence in memmon's state folder: files 0600 in a folder 0700, each written beside its place and moved
// there, so that a half one is never read; bounded, the oldest go.
import { lstat, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../base/atomic-file.ts'
import { unless } from '../base/file-fault.ts'
import { readOwnFile } from '../base/own-file.ts'
import { openOwnFolder } from '../base/own-folder.ts'
import { type ListedFile, surplusOf } from './bounds.ts'
import { type EvidenceOf, parseFileName, programOf, stemOf } from './file-name.ts'

export const EVIDENCE_FOLDER = 'evidence'
/** A document is 10 to 30 KB. */
const MOST_BYTES = 4 * 1024 * 1024
/** A disk that does not answer must not fill the memory. */
const MOST_WAITING_BYTES = 4 * MOST_BYTES

export interface EvidenceStore {
  /** Resolves to the path when it is on disk. Rejects with Error or FileFault. */
  write(of: EvidenceOf, document: object): Promise<string>
  /** The same for what a command has printed. */
  writeOutput(of: EvidenceOf, text: string): Promise<string>
}

/** One store a state folder: its writers take turns, or one would delete what another is writing. */
export function createEvidenceStore(stateFolder: string): EvidenceStore {
  const folder = join(stateFolder, EVIDENCE_FOLDER)
  let turn: Promise<unknown> = Promise.resolve()
  let waitingBytes = 0
  const write = async (of: EvidenceOf, file: Written) => {
    const { bytes } = file
    if (bytes > MOST_BYTES) throw new Error(`the document has ${bytes} bytes, more than ${MOST_BYTES}`)
    if (waitingBytes + bytes > MOST_WAITING_BYTES)
      throw new Error(`the disk has yet to take ${waitingBytes} bytes of evidence: check it`)
    waitingBytes += bytes
    const done = turn
      .then(() => writeNow(folder, of, file))
      .finally(() => {
        waitingBytes -= bytes
      })
    turn = done.catch(() => {})
    return done
  }
  return {
    write: (of, document) => write(of, written('json', `${JSON.stringify(document)}\n`)),
    writeOutput: (of, text) => write(of, written('txt', text)),
  }
}

/** A file of the folder, as JSON. undefined if it is not there, half, too large or no document. Throws a FileFault. */
export async function readEvidence(path: string): Promise<object | undefined> {
  const text = await readOwnFile(path, MOST_BYTES)
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && 'facts' in value ? value : undefined
  } catch {
    return undefined
  }
}

interface Written {
  readonly ending: 'json' | 'txt'
  readonly text: string
  readonly bytes: number
}

const written = (ending: Written['ending'], text: string): Written => ({
  ending,
  text,
  bytes: Buffer.byteLength(text),
})

async function writeNow(folder: string, of: EvidenceOf, { ending, text, bytes }: Written): Promise<string> {
  const opened = await openOwnFolder(folder, true)
  if (((await opened?.stat())?.mode ?? 0) & 0o077) await opened?.chmod(0o700)
  await opened?.close()
  const stem = stemOf(of)
  // What it is written beside goes with it, not for it.
  const others = (await listingOf(folder)).filter(({ name }) => parseFileName(name)?.stem !== stem)
  const surplus = surplusOf(others, programOf(of.group, of.name), bytes)
  for (const name of surplus) await unlink(join(folder, name)).catch(unless('ENOENT'))
  const path = join(folder, `${stem}.${ending}`)
  await replaceFile(path, text)
  return path
}

/** Regular files of ours alone: a link is neither followed nor deleted. */
async function listingOf(folder: string): Promise<ListedFile[]> {
  const listing: ListedFile[] = []
  for (const name of await readdir(folder)) {
    if (!parseFileName(name)) continue
    const stat = await lstat(join(folder, name)).catch(unless('ENOENT'))
    if (stat?.isFile()) listing.push({ name, bytes: stat.size })
  }
  return listing
}
