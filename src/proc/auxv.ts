// The vector of constants that the kernel hands to every program (getauxval(3)), so that no getconf has to be forked.
import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'

const ARCHITECTURES_OF_32_BITS = ['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390']

/** One of its values, by AT_... of getauxval(3); undefined where the kernel does not tell. */
export function readAuxv(entry: number, procRoot = '/proc', arch: string = process.arch): number | undefined {
  let vector: Buffer
  try {
    vector = readFileSync(`${procRoot}/self/auxv`)
  } catch {
    return undefined
  }
  const wordBytes = ARCHITECTURES_OF_32_BITS.includes(arch) ? 4 : 8
  const word = (at: number) => (wordBytes === 4 ? word32(vector, at) : word64(vector, at))
  for (let at = 0; at + 2 * wordBytes <= vector.length; at += 2 * wordBytes) {
    if (word(at) === entry) return word(at + wordBytes)
  }
  return undefined
}

const LITTLE = endianness() === 'LE'

const word32 = (bytes: Buffer, at: number): number =>
  LITTLE ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)

const word64 = (bytes: Buffer, at: number): number =>
  Number(LITTLE ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at))
