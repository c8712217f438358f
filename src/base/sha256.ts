// SHA-256 (FIPS 180-4) of a short text. node:crypto would do, at 0.6 MB of RSS, for one name. Pure.

const isPrime = (number: number): boolean => {
  for (let by = 2; by * by <= number; by++) if (number % by === 0) return false
  return true
}
const PRIMES = Array.from({ length: 312 }, (_, at) => at).filter(number => number > 1 && isPrime(number))
/** The first 32 bits of its fraction. */
const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) >>> 0
const ROUNDS = PRIMES.slice(0, 64).map(prime => fraction(Math.cbrt(prime)))
const START = PRIMES.slice(0, 8).map(prime => fraction(Math.sqrt(prime)))

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
  const words = schedule(block)
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (const [at, word] of words.entries()) {
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
