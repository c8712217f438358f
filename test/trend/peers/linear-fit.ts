// A line through everything that was seen, by least squares: an alarm when it rises by a tenth and explains enough of the
// variance. What most scripts do that look for leaks.
import type { NewDetector } from '../detector.ts'

const LEAST_SECONDS = 1800
const LEAST_SAMPLES = 10
const LEAST_RISE = 0.1

export const linearFit =
  (leastR2: number): NewDetector =>
  (_, limitBytes) => {
    let count = 0
    let [meanT, mean, spread, tilt, variance] = [0, 0, 0, 0, 0]
    let first: number | undefined
    return (t, bytes) => {
      first ??= t
      count++
      const [fromT, from] = [t - meanT, bytes - mean]
      meanT += fromT / count
      mean += from / count
      spread += fromT * (t - meanT)
      tilt += fromT * (bytes - mean)
      variance += from * (bytes - mean)
      if (count < LEAST_SAMPLES || t - first < LEAST_SECONDS) return false
      const slope = tilt / spread
      const isStraight = variance > 0 && (tilt * tilt) / spread / variance >= leastR2
      if (!isStraight || slope * (t - first) < LEAST_RISE * mean) return false
      const now = mean + slope * (t - meanT)
      return { secondsToLimit: limitBytes && Math.max(0, (limitBytes - now) / slope) }
    }
  }
