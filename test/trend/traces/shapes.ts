// How programs use memory, each as a function of a share of the recording's life: what they grow by, in shares of the
// size they begin with. Written from what programs do, not from anybody's recordings.
import type { Random } from '../../simulate/random.ts'
import {
  ANY,
  DAYS,
  growing,
  integral,
  LONG,
  ramp,
  type Shape,
  steady,
  steps,
  still,
  teeth,
  wave,
  wobble,
} from './parts.ts'

type Draw = (random: Random) => Shape

const leaks: Record<string, Draw> = {
  leak_line: random => ({
    label: 'leak',
    hours: ANY,
    leak: growing(random, ramp(0)),
    rest: still,
  }),
  leak_after_a_deploy: random => {
    const onset = random.between(0.15, 0.5)
    return { label: 'leak', hours: ANY, onset, leak: growing(random, ramp(onset)), rest: still }
  },
  leak_with_load: random => {
    const [peak, idle] = [random.between(0, 24), random.between(0.3, 0.8)]
    const share = integral(hour => idle + (1 - idle) * wave(hour, peak), 72)
    const swing = random.between(0, 0.1)
    return {
      label: 'leak',
      hours: DAYS,
      leak: growing(random, at => share(at)),
      rest: (_, hour) => swing * wave(hour, peak),
    }
  },
  leak_under_teeth: random => ({
    label: 'leak',
    hours: ANY,
    leak: growing(random, ramp(0)),
    rest: teeth(random, random.between(0.05, 0.4), random.between(0.05, 0.4)),
  }),
  leak_by_jobs: random => {
    const jobs = random.int(24, 90)
    return {
      label: 'leak',
      hours: ANY,
      leak: growing(random, at => Math.floor(at * jobs) / jobs),
      rest: still,
    }
  },
  leak_by_errors: random => ({
    label: 'leak',
    hours: ANY,
    leak: growing(random, steps(random, random.int(60, 200), 1)),
    rest: still,
  }),
  leak_accelerating: random => {
    const power = random.between(1.1, 1.6)
    return { label: 'leak', hours: ANY, leak: growing(random, at => at ** power), rest: still }
  },
  leak_over_warm_up: random => {
    const [tau, height] = [random.between(0.02, 0.06), random.between(0.2, 1)]
    return {
      label: 'leak',
      hours: ANY,
      leak: growing(random, ramp(0)),
      rest: at => height * (1 - Math.exp(-at / tau)),
    }
  },
  leak_over_days: random => {
    const [peak, swing] = [random.between(0, 24), random.between(0.05, 0.3)]
    return {
      label: 'leak',
      hours: DAYS,
      leak: growing(random, ramp(0)),
      rest: (_, hour) => swing * wave(hour, peak),
    }
  },
}

const others: Record<string, Draw> = {
  steady_flat: random => steady(ANY, random.chance(0.5) ? still : wobble(random, 0.02)),
  steady_wandering: random => steady(ANY, wobble(random, random.between(0.02, 0.2))),
  steady_collector: random => steady(ANY, teeth(random, random.between(0.05, 4), random.between(0.1, 0.8))),
  steady_lru_fill: random => {
    const [from, full, size] = [random.between(0, 0.1), random.between(0.05, 0.5), random.between(0.3, 2)]
    return steady(ANY, at => size * Math.min(1, Math.max(0, at - from) / full))
  },
  steady_lru_by_load: random => {
    const [peak, cap, speed] = [random.between(0, 24), random.between(0.2, 1.2), random.between(0.02, 0.3)]
    const filled = integral(hour => 0.1 + wave(hour, peak), 1)
    return steady(DAYS, (_, hour) => Math.min(cap, speed * filled(hour)))
  },
  steady_days: random => {
    const [peak, swing] = [random.between(0, 24), random.between(0.08, 0.7)]
    const sharp = random.between(0.7, 2.5)
    return steady(DAYS, (_, hour) => swing * wave(hour, peak) ** sharp)
  },
  steady_two_humps: random => {
    const [first, second, swing] = [random.between(8, 11), random.between(14, 20), random.between(0.1, 0.6)]
    const hump = (hour: number, peak: number) => Math.exp(-((((hour - peak + 36) % 24) - 12) ** 2) / 4)
    const from = random.between(0, 24)
    return steady(DAYS, (_, hour) => swing * (hump(hour + from, first) + hump(hour + from, second)))
  },
  steady_office_hours: random => {
    const [from, swing] = [random.between(0, 24), random.between(0.1, 0.6)]
    const up = random.between(0.5, 3)
    return steady(DAYS, (_, hour) => {
      const clock = (hour + from) % 24
      return swing * Math.max(0, Math.min(1, (clock - 8) / up, (19 - clock) / up))
    })
  },
  steady_batches: random => {
    const [every, busy, size] = [random.between(1, 6), random.between(0.2, 0.8), random.between(0.1, 0.8)]
    return steady(LONG, (_, hour) => size * Math.max(0, (hour % every) / every - 1 + busy))
  },
  steady_nightly_job: random => {
    const [start, lasts, size] = [random.between(1, 20), random.between(1, 5), random.between(0.2, 0.9)]
    return steady(DAYS, (_, hour) => {
      const since = (hour - start + 24) % 24
      return since < lasts ? (size * since) / lasts : 0
    })
  },
  steady_warm_up: random => {
    const [tau, size] = [random.between(0.01, 0.15), random.between(0.2, 2)]
    return steady(ANY, at => size * (1 - Math.exp(-at / tau)))
  },
  steady_lazy_loading: random => {
    const [first, second] = [random.between(0.02, 0.1), random.between(0.2, 0.6)]
    return steady(
      ANY,
      at => Math.min(1, at / first) * 0.4 + Math.min(1, Math.max(0, at - second) / 0.1) * 0.3,
    )
  },
  steady_deploys: random => {
    const [every, tau, size] = [random.between(0.15, 0.5), random.between(0.02, 0.1), random.between(0.2, 1)]
    return steady(ANY, at => size * (1 - Math.exp(-(at % every) / (every * tau))))
  },
  steady_spikes: random => {
    const spikes = Array.from({ length: random.int(1, 5) }, () => random.between(0, 1))
    const size = random.between(0.3, 3)
    return steady(ANY, at => (spikes.some(one => at >= one && at < one + 0.01) ? size : 0))
  },
  steady_levels: random => {
    const levels = Array.from({ length: 6 }, () => random.between(0, 0.5))
    return steady(ANY, at => levels[Math.min(5, Math.floor(at * 6))] ?? 0)
  },
  bloat_steps: random => {
    const [up, size] = [steps(random, random.int(2, 14), random.between(0.3, 0.8)), random.between(0.3, 2)]
    return { label: 'bloat', hours: ANY, rest: at => size * up(at) }
  },
  bloat_log: random => {
    const [soon, size] = [random.between(0.005, 0.05), random.between(0.1, 0.4)]
    return { label: 'bloat', hours: ANY, rest: at => size * Math.log1p(at / soon) }
  },
  bloat_fragmentation: random => {
    const [power, size] = [random.between(0.15, 0.35), random.between(0.2, 1)]
    return { label: 'bloat', hours: ANY, rest: at => size * at ** power }
  },
  bloat_high_water: random => {
    const [size, every] = [random.between(0.3, 1.5), random.between(0.003, 0.03)]
    let [highest, next] = [0, 0]
    return {
      label: 'bloat',
      hours: ANY,
      rest: at => {
        for (; next <= at; next += every) highest = Math.max(highest, size * random.next() * random.next())
        return highest
      },
    }
  },
  bloat_heap_doubling: random => {
    const [size, fill] = [random.between(0.3, 1), random.between(0.1, 0.4)]
    const needed = (at: number) => size * (1 - Math.exp(-at / fill))
    return {
      label: 'bloat',
      hours: ANY,
      rest: at => 2 ** (Math.ceil(Math.log2(1 + needed(at)) * 4) ** 0.25) - 1,
    }
  },
}

export const SHAPES: Readonly<Record<string, Draw>> = { ...leaks, ...others }
