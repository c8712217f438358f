// What happens to the simulated world, carried out: by an operator, by the machine, by chance.
import { confText } from './conf.ts'
import { type Program, sizeMbOf } from './program.ts'
import type { Happening, OperatorAct } from './scenario.ts'
import type { World } from './world.ts'

const EXIT_WAIT_MS = 10_000

export function happen(world: World, what: Happening): void {
  const { scheduler, supervisord } = world
  const until = (forMs: number) => scheduler.now + forMs
  switch (what.do) {
    case 'size':
    case 'grow':
    case 'leak':
    case 'exit':
    case 'behave':
      toProgram(world, what)
      break
    case 'operator':
      operate(world, what.slot, what.act)
      break
    case 'weather':
      supervisord.weather = { kind: what.kind, share: what.share, untilTick: until(what.forMs) }
      break
    case 'supervisord':
      toSupervisord(world, what.act, what.downMs)
      break
    case 'disk':
      world.disk.trouble = { kind: what.kind, untilTick: until(what.forMs) }
      break
    case 'delete journal':
      world.disk.delete()
      if (!world.memmon?.isAlive || world.memmon.openedAt === undefined)
        world.oracle.onUnprotected('the journal was deleted')
      break
    case 'hook':
      world.hooks.trouble = { word: what.word, kind: what.kind, untilTick: until(what.forMs) }
      break
    case 'unmeasurable':
      world.unmeasurableUntil = until(what.forMs)
      break
    case 'clock':
      world.dateMs += what.byMs
      break
    case 'settings':
      world.conf = what.conf
      world.say(() => confText(what.conf).replaceAll('\n', ' '))
      if (what.isNow) world.memmon?.reload()
      break
    case 'kill':
      world.killMemmon()
      break
    case 'term':
      endMemmon(world, () => world.startMemmon(1_000))
  }
}

const programAt = ({ supervisord, scenario }: World, slot: number): Program | undefined => {
  const { group, name } = scenario.programs[slot] ?? { group: '', name: '' }
  return supervisord.programs.get(`${group}:${name}`) ?? supervisord.programs.get(`${group}:${name}x`)
}

function toProgram(
  world: World,
  what: Extract<Happening, { do: 'size' | 'grow' | 'leak' | 'exit' | 'behave' }>,
): void {
  const program = programAt(world, what.slot)
  const run = program?.run
  if (!program) return
  if (what.do === 'behave') program.behaviour = { ...program.behaviour, ...what.change }
  else if (what.do === 'exit') program.exit(what.code)
  else if (run && what.do === 'leak') {
    const { now } = world.scheduler
    const toMb = Math.round(sizeMbOf(run, now))
    const limitAt = what.limitInMs === undefined ? undefined : now + what.limitInMs
    run.leak = { fromMb: Math.floor(toMb / 2), toMb, limitAt }
  } else if (run && what.do !== 'leak') {
    const { now } = world.scheduler
    run.baseMb = what.do === 'size' ? what.mb : sizeMbOf(run, now)
    run.growsMbPerSecond = what.do === 'size' ? 0 : what.mbPerSecond
    run.sinceMs = now
  }
}

function operate(world: World, slot: number, act: OperatorAct): void {
  const { supervisord, oracle } = world
  const program = programAt(world, slot)
  const spec = program?.spec ?? world.scenario.programs[slot]
  if (!spec || !supervisord.isUp || supervisord.isLeaving) return
  switch (act) {
    case 'start':
      if (program && !program.behaviour.isMissing) program.start('operator')
      break
    case 'stop':
      program?.stop('operator')
      break
    case 'restart':
      if (program?.stop('operator')) startWhenStopped(world, program)
      break
    case 'add':
      if (!program) supervisord.add(spec).start('operator')
      break
    case 'remove':
    case 'rename':
      if (!program) break
      oracle.onRemoved(program)
      supervisord.remove(program)
      if (act === 'rename') {
        const name = spec.name.endsWith('x') ? spec.name.slice(0, -1) : `${spec.name}x`
        supervisord.add({ ...spec, name }).start('operator')
      }
  }
}

function startWhenStopped(world: World, program: Program): void {
  world.scheduler.after(500, () => {
    if (world.supervisord.programs.get(program.namespec) !== program) return
    if (program.run && !program.isUp) startWhenStopped(world, program)
    else if (!program.run && !program.behaviour.isMissing) program.start('operator')
  })
}

function toSupervisord(world: World, act: 'reload' | 'shutdown' | 'crash', downMs: number): void {
  const { supervisord, scheduler } = world
  if (!supervisord.isUp || supervisord.isLeaving) return
  if (act === 'crash') {
    supervisord.isUp = false
    world.oracle.onSupervisordGone()
    for (const program of supervisord.programs.values()) program.dispose()
    world.memmon?.end('eof', () => {})
    scheduler.after(downMs, () => startSupervisord(world))
    return
  }
  supervisord.isLeaving = true
  world.oracle.onReload()
  for (const program of supervisord.programs.values()) program.stop('supervisord')
  whenAllStopped(world, () => {
    endMemmon(world, () => {
      if (act === 'reload') return comeBack(world)
      supervisord.isUp = false
      supervisord.isLeaving = false
      world.oracle.onSupervisordGone()
      scheduler.after(downMs, () => startSupervisord(world))
    })
  })
}

function whenAllStopped(world: World, then: () => void): void {
  const { supervisord, scheduler } = world
  if ([...supervisord.programs.values()].some(({ run }) => run)) {
    scheduler.after(200, () => whenAllStopped(world, then))
    return
  }
  then()
}

function startSupervisord(world: World): void {
  // The memmon of the last one may need its time to end.
  if (world.memmon?.isAlive) {
    world.scheduler.after(1_000, () => startSupervisord(world))
    return
  }
  world.supervisord.generation++
  world.supervisord.isUp = true
  comeBack(world)
}

function comeBack(world: World): void {
  world.say(() => 'supervisord is back')
  world.supervisord.isLeaving = false
  world.supervisord.servers++
  world.supervisord.remake()
  world.startMemmon(1_000)
}

/** SIGTERM, and KILL after stopwaitsecs. */
function endMemmon(world: World, then: () => void): void {
  const { memmon, scheduler } = world
  if (!memmon?.isAlive) {
    then()
    return
  }
  if (memmon.isEnding) {
    scheduler.after(500, () => endMemmon(world, then))
    return
  }
  world.say(() => 'SIGTERM to memmon')
  let isOver = false
  const over = () => {
    if (isOver) return
    isOver = true
    world.say(() => 'memmon has ended')
    then()
  }
  memmon.end('term', over)
  scheduler.after(EXIT_WAIT_MS, () => {
    if (memmon.isAlive) world.killMemmon()
    over()
  })
}
