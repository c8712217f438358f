// SHA-256 (FIPS 180-4) of a short text. node:crypto would do, at 0.6 MB of RSS, for one name. Pure.

const words = (hex: string): number[] => hex.split(/\s+/).map(word => Number.parseInt(word, 16))

/**
 * The first 32 bits of the fractions of the cube roots of the first 64 primes, and below of the square roots of the first 8.
 * Written out: computing them is enough to start one of V8's compilers, which takes 2 MB of RSS on Node 24.
 */
const ROUNDS = words(`428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5
  d807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174
  e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da
  983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967
  27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85
  a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070
  19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3
  748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2`)
const START = words('6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19')

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** In hex. */
export function sha256(text: string): string {
  const bytes = padded(Buffer.from(text))
  let state = START
  for (let at = 0; at < bytes.length; at += 64) state = mixed(state, bytes.subarray(at, at + 64))
  return state.map(word => word.toString(16).padStart(8, '0')).join('')
}

/** A one, zeros, and the length in bits, to whole blocks of 64 bytes. */
function padded(text: Buffer): Buffer {
  const whole = Buffer.alloc(Math.ceil((text.length + 9) / 64) * 64)
  text.copy(whole)
  whole[text.length] = 0x80
  whole.writeUInt32BE(text.length * 8, whole.length - 4)
  return whole
}

function mixed(state: readonly number[], block: Buffer): number[] {
  const scheduled = schedule(block)
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (const [at, word] of scheduled.entries()) {
    const sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    const first = (h + sum1 + ((e & f) ^ (~e & g)) + (ROUNDS[at] ?? 0) + word) | 0
    const sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
    const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
  }
  return [a, b, c, d, e, f, g, h].map((word, at) => (word + (state[at] ?? 0)) >>> 0)
}

function schedule(block: Buffer): number[] {
  const words: number[] = []
  const before = (at: number, by: number): number => words[at - by] ?? 0
  for (let at = 0; at < 64; at++) {
    if (at < 16) {
      words.push(block.readUInt32BE(at * 4))
      continue
    }
    const [near, far] = [before(at, 2), before(at, 15)]
    const sum0 = rotated(far, 7) ^ rotated(far, 18) ^ (far >>> 3)
    const sum1 = rotated(near, 17) ^ rotated(near, 19) ^ (near >>> 10)
    words.push((before(at, 16) + sum0 + before(at, 7) + sum1) | 0)
  }
  return words
}
